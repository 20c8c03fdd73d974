"""The wording of every finding about the two files: one function per kind of mistake, in a file per subject.

Matter of fact: no capital, no full stop, the author's own spelling in backticks, and at most one line of help. Where a
nearest name is meant, `known` is everything the name could have been.

All functions are reached from here: `messages.unknown_name(span, "figure", name, known)`.
"""

from pmf_engine.diagnostics.messages.examples import *
from pmf_engine.diagnostics.messages.formulas import *
from pmf_engine.diagnostics.messages.lists import *
from pmf_engine.diagnostics.messages.names import *
from pmf_engine.diagnostics.messages.slips import *
from pmf_engine.diagnostics.messages.structure import *
from pmf_engine.diagnostics.messages.tolerances import *
from pmf_engine.diagnostics.messages.yaml import *
