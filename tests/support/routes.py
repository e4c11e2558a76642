"""The functions that make addresses, written once for all applications of a process.

werkzeug writes and compiles two for each rule of each application. The tests make thousands of applications
with the same rules: without this, half of their time goes there.
"""

from functools import wraps

from werkzeug.routing import Rule


def _kept(write):
    known = {}

    @wraps(write)
    def written(rule, append_unknown=True):
        # What a function is made of; the converters it calls are those of the rule that it is bound to.
        defaults = tuple(sorted((name, repr(value)) for name, value in (rule.defaults or {}).items()))
        kinds = tuple(sorted((name, type(one)) for name, one in rule._converters.items()) if defaults else ())
        made_of = (rule.rule, tuple(rule._trace), defaults, kinds, append_unknown)
        if made_of not in known:
            known[made_of] = write(rule, append_unknown)
        return known[made_of]

    return written


Rule._compile_builder = _kept(Rule._compile_builder)
