"""Errors with their place, and the stage of the work in which the library found them."""

import contextlib
import re

from . import _graph_opt


class Error(Exception):
    """What the library refuses or fails at, as a tool would print it.

    `location` is the place in the model or source file that it is about, or None; `reproducer` a model with the command that shows the
    error, or None.
    """

    def __init__(self, message: str, reproducer: str | None = None):
        super().__init__(message)
        found = re.match(r"(.+?): error: ", message)
        self.location = found[1] if found else None
        self.reproducer = reproducer


class ImportFailure(Error):
    """A model that can't be read."""


class UnsupportedOpError(ImportFailure):
    """A model with operators that there is no rule for; `ops` has their names."""

    def __init__(self, message: str, reproducer: str | None = None, ops: tuple = ()):
        super().__init__(message, reproducer)
        self.ops = tuple(ops) or tuple(dict.fromkeys(re.findall(r"unsupported '([^']+)'", message)))


class CompileError(Error):
    """A pass or the code generator that fails."""


@contextlib.contextmanager
def stage(kind: type[Error], reproducer=lambda: None):
    """Errors of the library as `kind`; `reproducer` makes the text that goes with them."""
    try:
        yield
    except _graph_opt.UnsupportedOpError as error:
        raise UnsupportedOpError(str(error)) from None
    except _graph_opt.Error as error:
        raise kind(str(error), reproducer()) from None
