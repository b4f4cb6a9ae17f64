"""`emomas model`, as a person runs it, with a data folder of its own."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import tiny_checkpoints as tiny
from typer.testing import CliRunner

from emomas.cli.app import app
from emomas.errors import ConfigError, FileMissingError, ModelError, StorageError
from emomas.speech.engine import manifest
from emomas.speech.models import bench, convert, open_engine, store

pytest.importorskip("ctranslate2")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("EMOMAS_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "140")
    return tmp_path / "home"


@pytest.fixture
def checkpoint(tmp_path):
    return tiny.write_checkpoint(tmp_path / "Tiny_Qwen", "qwen3", template="{{ messages }}")


def model(*arguments, stdin=None):
    return CliRunner().invoke(app, ["model", *map(str, arguments)], input=stdin)


def error_of(result, kind):
    assert isinstance(result.exception, kind), result.output
    return str(result.exception)


def test_a_model_from_adding_to_removing(checkpoint, home):
    added = model("add", checkpoint, "--accept-licence")
    assert added.exit_code == 0, added.output
    assert "licence: apache-2.0" in added.output
    assert "next: emomas model use tiny_qwen" in added.output
    folder = home / "models" / "tiny_qwen"
    facts = json.loads((folder / "manifest.json").read_text())
    assert {
        "chat_template.jinja",
        "config.json",
        "LICENSE",
        "model.bin",
        "tokenizer.json",
        "vocabulary.json",
    } == facts["files"].keys()
    weights = tiny.tensors_of("qwen3")
    assert facts["parameters"] == sum(array.size for array in weights.values())
    assert (facts["architecture"], facts["licence"]) == ("Qwen3ForCausalLM", "apache-2.0")
    assert (facts["context"], facts["end_ids"]) == (256, [2])
    assert facts["source"] == str(checkpoint)
    assert facts["created"].endswith("Z")
    for kind in ("ctranslate2", "numpy"):
        assert open_engine("tiny_qwen", engine=kind).generate([1, 5], max_tokens=3)
    listed = model("list").output
    assert "tiny_qwen" in listed
    assert "apache-2.0" in listed
    assert model("use", "tiny_qwen").exit_code == 0
    assert store.chosen() == "tiny_qwen"
    assert model("remove", "tiny_qwen").exit_code == 0
    assert store.chosen() == "bundled"
    assert store.names() == []
    assert os.listdir(home / "models") == []


def test_the_licence_must_be_accepted(checkpoint, home, monkeypatch):
    refused = model("add", checkpoint)
    assert "--accept-licence" in error_of(refused, ConfigError)
    assert "The terms." in refused.output
    terminal = SimpleNamespace(isatty=lambda: True)
    monkeypatch.setattr("emomas.cli.models.sys", SimpleNamespace(stdin=terminal))
    assert "nothing was added" in error_of(model("add", checkpoint, stdin="n\n"), ConfigError)
    assert store.names() == []
    assert model("add", checkpoint, stdin="y\n").exit_code == 0
    assert store.names() == ["tiny_qwen"]


@pytest.mark.parametrize(
    ("card", "licence"),
    [
        ("---\nlicense: mit\n---\n", "mit"),
        ("---\nlicense: other\nlicense_name: llama3.2\n---\n", "llama3.2"),
        ('---\ntags:\n- a\nlicense: "gemma"\n---\n', "gemma"),
        ("license: mit\n", "unknown"),
        ("---\nlicense: other\n---\n", "other"),
        ("", "unknown"),
    ],
)
def test_licences_are_read_from_the_card(card, licence, tmp_path):
    (tmp_path / "README.md").write_text(card)
    assert store.licence(tmp_path).identifier == licence
    (tmp_path / "README.md").unlink()
    assert store.licence(tmp_path).identifier == "unknown"


def test_names_are_given_once_and_are_plain(checkpoint):
    assert model("add", checkpoint, "--name", "clerk", "--accept-licence").exit_code == 0
    assert "--replace" in error_of(model("add", checkpoint, "--name", "clerk"), ConfigError)
    with pytest.raises(ConfigError, match="'clerk' already"):
        store.add(checkpoint, "clerk", source="x")
    before = manifest.read(store.find("clerk")).facts["source"]
    again = model("add", checkpoint, "--name", "clerk", "--replace", "--accept-licence")
    assert again.exit_code == 0
    assert manifest.read(store.find("clerk")).facts["source"] == before
    assert store.names() == ["clerk"]
    for name in ("../evil", "", "Big", "bundled", "a/b", ".hidden", "x" * 65):
        with pytest.raises(ConfigError, match="can't be a model's name"):
            store.check_name(name)


def test_unknown_models_are_named_with_those_that_exist(checkpoint):
    assert "there are: none yet" in error_of(model("use", "nobody"), FileMissingError)
    model("add", checkpoint, "--accept-licence")
    for command in ("use", "remove", "bench"):
        assert "there are: tiny_qwen" in error_of(model(command, "nobody"), FileMissingError)


def test_damaged_models_are_listed_but_not_used(checkpoint, home):
    model("add", checkpoint, "--accept-licence")
    weights = home / "models" / "tiny_qwen" / "model.bin"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    assert "is damaged" in error_of(model("use", "tiny_qwen"), ModelError)
    (weights.parent / "manifest.json").write_text("{}")
    assert "damaged" in model("list").output


def test_a_full_disk_leaves_nothing(checkpoint, home, monkeypatch):
    written = convert.write_model

    def full(plan, words, texts, out, stored="int8"):
        written(plan, words, texts, out, stored)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store, "write_model", full)
    message = error_of(model("add", checkpoint, "--accept-licence"), StorageError)
    assert "No space left on device: free some space" in message
    assert os.listdir(home / "models") == []


def test_too_little_room_is_seen_before(checkpoint, home, monkeypatch):
    monkeypatch.setattr(store.shutil, "disk_usage", lambda _: SimpleNamespace(free=10 << 20))
    message = error_of(model("add", checkpoint, "--accept-licence"), StorageError)
    assert "10 MiB are free, 64 MiB are needed" in message
    assert os.listdir(home / "models") == []


def test_failed_imports_leave_the_old_model(checkpoint, home, monkeypatch):
    model("add", checkpoint, "--accept-licence")
    before = manifest.read(store.find("tiny_qwen")).model_hash
    (checkpoint / "model.safetensors").write_bytes(b"spam")
    assert "model.safetensors" in error_of(
        model("add", checkpoint, "--accept-licence", "--replace"), ModelError
    )
    assert manifest.read(store.find("tiny_qwen")).model_hash == before
    assert os.listdir(home / "models") == ["tiny_qwen"]


def test_what_a_killed_import_left_is_swept_away(checkpoint, home):
    left = home / "models" / ".adding-999999999-ghost"
    left.mkdir(parents=True)
    (left / "model.bin").write_bytes(b"half")
    assert store.names() == []
    model("add", checkpoint, "--accept-licence")
    assert os.listdir(home / "models") == ["tiny_qwen"]


def test_a_killed_import_is_not_a_model(checkpoint, home):
    code = (
        "import os, sys; from pathlib import Path\n"
        "from emomas.speech.models import store\n"
        "store._sync = lambda part: os._exit(9)\n"
        "store.add(Path(sys.argv[1]), 'half', source='x')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(checkpoint)], timeout=60, check=False)
    assert done.returncode == 9
    assert store.names() == []


def test_folders_that_are_no_models(tmp_path):
    (tmp_path / "empty").mkdir()
    message = error_of(model("add", tmp_path / "empty", "--accept-licence"), ModelError)
    assert "config.json: can't be read" in message
    assert "neither a folder nor an id" in error_of(model("add", "nowhere"), ConfigError)


def test_official_architectures_tell_what_they_need(tmp_path, monkeypatch):
    folder = tiny.write_checkpoint(tmp_path / "g", "llama", architectures=["GPT2LMHeadModel"])
    monkeypatch.setattr("emomas.speech.models.official.find_spec", lambda name: None)
    message = error_of(model("add", folder, "--accept-licence"), ModelError)
    assert "pip install torch transformers" in message


def test_official_architectures_go_to_the_official_converter(tmp_path, monkeypatch, home):
    import ctranslate2.converters

    folder = tiny.write_checkpoint(tmp_path / "g", "llama", architectures=["Gemma3ForCausalLM"])
    asked = []

    class Converter:
        def __init__(self, path):
            asked.append(path)

        def convert(self, out, *, quantization, force):
            assert (quantization, force) == ("int8", True)
            for name in ("model.bin", "config.json", "vocabulary.json"):
                (Path(out) / name).write_text("{}")

    monkeypatch.setattr("emomas.speech.models.official.find_spec", lambda name: object())
    monkeypatch.setattr(ctranslate2.converters, "TransformersConverter", Converter)
    assert model("add", folder, "--name", "gem", "--accept-licence").exit_code == 0
    assert asked == [str(folder)]
    facts = manifest.read(store.find("gem")).facts
    assert (facts["architecture"], facts["context"]) == ("Gemma3ForCausalLM", 256)

    def broken(self, out, **_):
        raise KeyError("type")

    monkeypatch.setattr(Converter, "convert", broken)
    message = error_of(model("add", folder, "--name", "other", "--accept-licence"), ModelError)
    assert "CTranslate2's converter failed" in message
    assert store.names() == ["gem"]


class Hub:
    """A stand-in for huggingface_hub that copies from a folder."""

    def __init__(self, source, error=None):
        self.source, self.error, self.calls = source, error, []

    def HfApi(self):  # noqa: N802
        return self

    def model_info(self, model_id, revision):
        self.calls.append(("info", model_id, revision))
        if self.error:
            raise self.error
        return SimpleNamespace(sha="c0ffee")

    def snapshot_download(self, model_id, *, revision, local_dir, allow_patterns):
        self.calls.append(("files", revision, tuple(allow_patterns)))
        for path in self.source.iterdir():
            if any(path.match(pattern) for pattern in allow_patterns):
                (Path(local_dir) / path.name).write_bytes(path.read_bytes())


def test_ids_are_downloaded_at_one_commit_the_weights_last(checkpoint, home, monkeypatch):
    hub = Hub(checkpoint)
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    added = model("add", "Owner/Tiny-Model", "--revision", "main", "--accept-licence")
    assert added.exit_code == 0, added.exception
    assert hub.calls[0] == ("info", "Owner/Tiny-Model", "main")
    assert [call[1] for call in hub.calls[1:]] == ["c0ffee", "c0ffee"]
    assert "*.safetensors" not in hub.calls[1][2]
    assert hub.calls[2][2] == ("*.safetensors",)
    assert manifest.read(store.find("tiny-model")).facts["source"] == (
        "https://huggingface.co/Owner/Tiny-Model/tree/c0ffee"
    )
    assert os.listdir(home / "models") == ["tiny-model"]


def test_weights_are_fetched_only_for_what_is_supported_and_accepted(checkpoint, home, monkeypatch):
    hub = Hub(checkpoint)
    monkeypatch.setitem(sys.modules, "huggingface_hub", hub)
    assert "--accept-licence" in error_of(model("add", "Owner/Tiny"), ConfigError)
    (checkpoint / "config.json").write_text('{"architectures": ["MambaForCausalLM"]}')
    assert "MambaForCausalLM" in error_of(model("add", "Owner/Tiny", "--accept-licence"), ModelError)
    assert not [call for call in hub.calls if call[-1] == ("*.safetensors",)]
    assert os.listdir(home / "models") == []


class GatedRepoError(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "remedy"),
    [(GatedRepoError("403"), "accept its terms"), (OSError("no route"), "give the folder")],
)
def test_what_cannot_be_fetched(error, remedy, checkpoint, monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", Hub(checkpoint, error))
    assert remedy in error_of(model("add", "Owner/Tiny", "--accept-licence"), ModelError)
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    assert "pip install 'emomas[hf]'" in error_of(model("add", "Owner/Tiny"), ModelError)


def test_the_bench_shows_engines_and_threads(checkpoint, monkeypatch, tmp_path):
    model("add", checkpoint, "--accept-licence")
    row = bench.measure(store.find("tiny_qwen"), "numpy", 1)
    assert row.prefill_tokens_per_s > 0
    assert row.load_ms > 0
    with pytest.raises(ModelError, match=r"llama\.cpp with 1 threads failed"):
        bench.measure(tmp_path / "none.gguf", "llama.cpp", 1)
    rows = []

    def measured(path, engine, threads):
        rows.append((engine, threads))
        return bench.Row(engine, threads, 1234.0, 2.0, 3.0, 4.0, 5.0, 1)

    monkeypatch.setattr(bench, "measure", measured)
    shown = model("bench", "tiny_qwen")
    assert rows == [("ctranslate2", 1), ("ctranslate2", 2), ("ctranslate2", 0), ("numpy", 1)]
    assert "1 (self-test)" in shown.output
    assert "1234" in shown.output
    monkeypatch.setattr("emomas.cli.models.find_spec", lambda name: None)
    assert "emomas[llama]" in error_of(model("bench", "tiny_qwen", "--gguf", "x.gguf"), ModelError)


def test_where_models_live(monkeypatch, tmp_path):
    assert store.home() == tmp_path / "home"
    monkeypatch.delenv("EMOMAS_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert store.home() == Path("/somewhere/emomas")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/person")
    assert store.home() == Path("/home/person/.local/share/emomas")


def test_engines_by_name_folder_and_file(checkpoint):
    model("add", checkpoint, "--accept-licence")
    folder = store.find("tiny_qwen")
    by_name = open_engine("tiny_qwen")
    assert type(by_name).__name__ == "CTranslateEngine"
    assert by_name.model_hash == open_engine(folder, engine="numpy").model_hash
    assert type(open_engine(checkpoint)).__name__ == "NumpyEngine"
    with pytest.raises(ConfigError, match="engine is 'torch'"):
        open_engine(folder, engine="torch")
    with pytest.raises(FileMissingError, match="no model 'nobody'"):
        open_engine("nobody")


@pytest.mark.parametrize("command", ["add", "list", "use", "bench", "remove"])
def test_every_command_has_examples(command):
    shown = model(command, "--help").output
    assert "Example" in shown
    assert f"emomas model {command}" in shown


def test_errors_are_one_line_with_a_next_step(home):
    done = subprocess.run(
        [sys.executable, "-c", "from emomas.cli import main; main()", "model", "use", "nobody"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == (
        "error: there is no model 'nobody' (there are: none yet): emomas model add ID_OR_FOLDER brings one\n"
    )
