"""The project's own samples: small tasks of a local authority, and their recording with the project's own tracker."""
