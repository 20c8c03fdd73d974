"""The wording of every diagnostic: one function for each mistake, in a file for each subject.

Style: matter of fact, without a capital and a full stop, the author's spelling in backticks, at most one line of help.
The function's name states the mistake; its arguments are the span and the words that the message quotes. `names` are
the names that the author may have meant: the help suggests the nearest.

Import the package, not its files: `messages.unknown_name(span, "figure", name, names)`.
"""

from pmf_engine.diagnostics.messages.examples import *
from pmf_engine.diagnostics.messages.formulas import *
from pmf_engine.diagnostics.messages.layouts import *
from pmf_engine.diagnostics.messages.lists import *
from pmf_engine.diagnostics.messages.names import *
from pmf_engine.diagnostics.messages.needs import *
from pmf_engine.diagnostics.messages.slips import *
from pmf_engine.diagnostics.messages.structure import *
from pmf_engine.diagnostics.messages.tolerances import *
from pmf_engine.diagnostics.messages.yaml import *
