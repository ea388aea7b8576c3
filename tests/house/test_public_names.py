"""Public names: each is what its package says, and no module hides it."""

from __future__ import annotations

from tests.shared.commands import printed_by_python


def test_no_module_hides_what_its_package_exports():
    """A module of the name of an exported function replaces it in the package once it is imported."""
    lines = """
import pkgutil, types, importlib
import intimacy_scales
names = ["intimacy_scales"]
for module in pkgutil.walk_packages(intimacy_scales.__path__, "intimacy_scales."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
        names += [module.name] if module.ispkg else []
assert len(names) > 20
for package in map(importlib.import_module, names):
    exported = getattr(package, "__all__", ())
    hidden = [n for n in exported if isinstance(getattr(package, n), types.ModuleType)]
    assert not hidden, (package.__name__, hidden)
"""
    printed_by_python(lines)
