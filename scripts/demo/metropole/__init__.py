"""The demonstration: an invented métropole of twelve communes, its AI use cases and eighteen months of their traces."""

from scripts.demo.metropole.home import HERE as HERE
from scripts.demo.metropole.home import SOURCES as SOURCES
from scripts.demo.metropole.home import Filled as Filled
from scripts.demo.metropole.home import fill as fill
