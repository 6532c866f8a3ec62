"""Every public item says what its parameters are, with their defaults, and has an example that
runs.
"""

import ast
import dataclasses
import doctest
import importlib
import inspect
import re
import sys
from pathlib import Path

import pytest
from conftest import needed
from demo_files import ON_DEVICE, demo_files

# For other modules of the package: what the data set gives to loaders.
INTERNAL = {"native", "typed", "columns", "begin_epoch", "check", "at_once", "show"}
# Inherited ones are PyTorch's, numpy's or Python's own.
OURS = ("atemoya",)


def modules() -> list:
    return [importlib.import_module(name) for name in ("atemoya", "atemoya.cache", "atemoya.cherimoya")]


def is_ours(item) -> bool:
    return (getattr(item, "__module__", None) or "").partition(".")[0] in OURS


def members(owner: type) -> dict:
    """The public methods and properties of a class, also those of its bases in this package."""
    found = {}
    for base in reversed(inspect.getmro(owner)):
        if is_ours(base):
            found.update(vars(base))
    return {name: item for name, item in found.items() if not name.startswith("_") and name not in INTERNAL}


def public_items() -> dict:
    """All public items by name: modules' items, methods and properties."""
    items = {}
    for module in modules():
        for name in module.__all__:
            item = getattr(module, name)
            if isinstance(item, str):
                continue
            items[f"{module.__name__}.{name}"] = item
            if inspect.isclass(item):
                for part, value in members(item).items():
                    is_property = isinstance(value, property) or inspect.isgetsetdescriptor(value)
                    documented = inspect.isroutine(value) or is_property
                    # Attributes without a docstring of their own stand in the class's.
                    if documented and not (isinstance(value, property) and value.fget.__name__ == "<lambda>"):
                        items[f"{module.__name__}.{name}.{part}"] = value
    return items


ITEMS = public_items()


def sections(item) -> dict[str, str]:
    """The sections of a docstring in numpydoc's form; the text before them is under ""."""
    parts = re.split(r"^([A-Z][A-Za-z ]+)\n-+\n", inspect.getdoc(item) or "", flags=re.MULTILINE)
    return {"": parts[0], **dict(zip(parts[1::2], parts[2::2]))}


def entries(section: str) -> dict[str, tuple[str, str]]:
    """The names of a section, each with its type and its description."""
    found: dict[str, tuple[str, str]] = {}
    for block in re.split(r"\n(?=\S)", section.strip("\n")):
        head, _, description = block.partition("\n")
        names, _, kind = head.partition(" : ")
        found.update({name.strip().lstrip("*"): (kind, inspect.cleandoc(description)) for name in names.split(",")})
    return found


def signature(item):
    if inspect.isclass(item):
        item = item if is_ours(item) and "__init__" in vars(item) else None
    if not callable(item):
        return None
    found = inspect.signature(item)
    return [parameter for name, parameter in found.parameters.items() if name not in ("self", "cls")]


WITH_PARAMETERS = {name: item for name, item in ITEMS.items() if signature(item)}


@pytest.fixture(scope="module")
def demo(atemoya, simulated, tmp_path_factory):
    return demo_files(atemoya, simulated, tmp_path_factory.mktemp("demo"))


@pytest.mark.parametrize("name", ITEMS)
def test_there_is_an_example(name):
    text = inspect.getdoc(ITEMS[name]) or ""
    assert doctest.DocTestParser().get_examples(text) and "doctest:" not in text


@pytest.mark.parametrize("name", [name for name in ITEMS if name.rpartition(".")[2] not in ON_DEVICE])
def test_the_examples_run(demo, monkeypatch, name):
    if name == "atemoya.cherimoya.main":
        needed("cherimoya")
    monkeypatch.chdir(demo)
    monkeypatch.setattr(sys, "argv", list(sys.argv))
    monkeypatch.setenv("ATEMOYA_CACHE", str(demo.parent / "packed"))
    text = inspect.getdoc(ITEMS[name]) or ""
    test = doctest.DocTestParser().get_doctest(text, {}, name, None, 0)
    said: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test, out=said.append)
    assert not said, "".join(said)


@pytest.mark.parametrize("name", WITH_PARAMETERS)
def test_parameters_are_documented(name):
    """Each with its type, its meaning and its default, in the order of the signature."""
    item = ITEMS[name]
    # Those of a data class are its attributes.
    documented = entries(sections(item)["Attributes" if dataclasses.is_dataclass(item) else "Parameters"])
    parameters = signature(item)
    assert sorted(documented) == sorted(parameter.name for parameter in parameters)
    for parameter in parameters:
        kind, description = documented[parameter.name]
        default = parameter.default
        assert kind, f"{parameter.name} has no type"
        assert description.endswith("."), f"{parameter.name} has no description, in sentences"
        if default is inspect.Parameter.empty:
            assert "default" not in kind and not kind.endswith("optional"), f"{parameter.name} has no default"
        elif default is None:
            assert kind.endswith("optional"), f"{parameter.name}: None is its default: optional"
            says = re.search(r"None\b", description) or "needed" in description
            assert says, f"{parameter.name}: say what None means"
        else:
            given = "{}" if default == {} else f'"{default}"' if isinstance(default, str) else str(default)
            assert re.search(rf"default\b.*(?<![\w.]){re.escape(given)}(?![\w.])", kind), (parameter.name, default)


@pytest.mark.parametrize("name", [name for name, item in ITEMS.items() if inspect.isroutine(item)])
def test_what_is_returned_is_documented(name):
    item = ITEMS[name]
    returned = getattr(item, "__annotations__", {}).get("return")
    assert returned is not None, f"{name} is not annotated"
    assert ("Returns" in sections(item)) == (returned != "None")


@pytest.mark.parametrize("name", [name for name, item in ITEMS.items() if inspect.isclass(item) and is_ours(item)])
def test_attributes_are_documented(name):
    """Those that are neither methods nor properties with a docstring."""
    item = ITEMS[name]
    own = {part for part, value in members(item).items() if f"{name}.{part}" not in ITEMS}
    own = {part for part in own if not inspect.ismemberdescriptor(getattr(item, part, None))}
    assert own <= set(entries(sections(item).get("Attributes", ""))) | set(sections(item))


@pytest.mark.parametrize("name", ITEMS)
def test_a_docstring_begins_with_a_sentence(name):
    first = sections(ITEMS[name])[""].split("\n\n")[0]
    assert re.match(r"[A-Z0-9n]", first) and first.strip().endswith("."), first


@pytest.mark.parametrize("name", ["StoreError", "InputError"])
def test_a_stub_has_the_docstring_of_its_class(atemoya, name):
    """Editors show that of the stub, Python that of the extension module."""
    stubs = ast.parse((Path(atemoya.__file__).parent / "_native.pyi").read_text())
    [stub] = [node for node in stubs.body if isinstance(node, ast.ClassDef) and node.name == name]
    assert ast.get_docstring(stub) == inspect.getdoc(getattr(atemoya, name))
