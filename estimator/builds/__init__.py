"""The computed database of a home: build, publish, query, recalculate with other factors."""
