import doctest
import importlib
import pkgutil

import pytest

import cnncalc


def test_all_is_sorted_and_every_name_can_be_had():
    assert cnncalc.__all__ == sorted(cnncalc.__all__)
    assert all(hasattr(cnncalc, name) for name in cnncalc.__all__)
    assert dir(cnncalc) == cnncalc.__all__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'convolv'"):
        cnncalc.convolv  # noqa: B018 (the access is the test)


@pytest.mark.parametrize("name", [name for name in cnncalc.__all__ if name != "__version__"])
def test_every_name_has_an_example_in_its_docstring(name):
    public = getattr(cnncalc, name)
    assert public.__module__.startswith("cnncalc.")
    assert ">>>" in public.__doc__


def all_modules():
    found = pkgutil.walk_packages(cnncalc.__path__, "cnncalc.")
    return sorted(module.name for module in found if not module.name.endswith("__main__"))


@pytest.mark.parametrize("name", ["cnncalc", *all_modules()])
def test_the_examples_in_the_docstrings_run(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
