"""What an import costs and offers."""

import subprocess
import sys

import pytest

import emomas


def test_importing_emomas_pulls_in_nothing_heavy():
    code = (
        "import emomas, sys; print([m for m in ('numpy', 'rich', 'typer', 'matplotlib', 'ctranslate2') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_engines_load_nothing_heavy_before_they_are_made():
    code = (
        "import sys, emomas.speech.engine, emomas.speech.engine.ctranslate, emomas.cli.models; "
        "print([m for m in ('ctranslate2', 'tokenizers', 'jinja2', 'huggingface_hub', 'llama_cpp') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_resolves():
    assert sorted(emomas._HOMES) == sorted(emomas.__all__)
    for name in emomas.__all__:
        assert getattr(emomas, name) is not None
    assert set(emomas.__all__) <= set(dir(emomas))
    assert emomas.__version__.count(".") == 2


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="nothing"):
        emomas.nothing  # noqa: B018


def test_errors_stand_on_pythons_own():
    assert issubclass(emomas.ScenarioError, ValueError)
    assert issubclass(emomas.JournalError, emomas.EmomasError)
