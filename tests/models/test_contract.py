"""A model is believed only as far as its manifest and its graphs can be checked."""

import pytest

from models.contract import SeenFrames, load_model, write_manifest
from models.errors import ModelFileError


def test_a_sound_model_is_read(write_model):
    model = load_model(write_model())

    assert model.manifest.name == "brightest-pixel"
    assert model.track_shape == (32, 48)
    assert len(model.sha256) == 64


def test_a_model_tells_how_the_frames_look_that_it_learned_from(write_model, tmp_path):
    seen = {
        "grey": [150.0, 190.0],
        "contrast": [20.0, 60.0],
        "head_px": [77.0, 140.0],
        "confidence": [0.7, 0.95],
    }
    manifest = load_model(write_model(seen=seen)).manifest

    write_manifest(manifest, tmp_path / "model.yaml")

    again = load_model(tmp_path / "model.yaml").manifest
    assert again.seen == SeenFrames.model_validate(seen)
    assert again.seen.grey == (150.0, 190.0)


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelFileError, match=r"nowhere\.yaml: no such model; .*shipped"):
        load_model(tmp_path / "nowhere.yaml")


def test_a_manifest_that_is_not_yaml_is_refused_in_one_line(tmp_path):
    file = tmp_path / "model.yaml"
    file.write_text("name: [unclosed")

    with pytest.raises(ModelFileError, match="not YAML") as caught:
        load_model(file)

    assert "\n" not in str(caught.value)


def test_a_manifest_that_is_not_text_is_refused(tmp_path):
    file = tmp_path / "model.yaml"
    file.write_bytes(b"\xff\xfe\x00\x80")

    with pytest.raises(ModelFileError, match="cannot be read as a manifest"):
        load_model(file)


def test_a_misspelt_key_is_refused_by_name(write_model):
    with pytest.raises(ModelFileError, match="versoin"):
        load_model(write_model(versoin="2"))


def test_a_doubled_key_is_refused(write_model):
    file = write_model()
    file.write_text(file.read_text() + "name: twice\n")

    with pytest.raises(ModelFileError, match="'name' is given twice"):
        load_model(file)


def test_every_fault_of_a_manifest_is_named_at_once(write_model):
    with pytest.raises(ModelFileError, match=r"format: expected 1, got 2\n.*um_per_px\[0\]: expe"):
        load_model(write_model(format=2, um_per_px=[-1.0, 2.0]))


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"trained_no": "x"}, "trained_no: there is no such key; did you mean trained_on?"),
        ({"version": 1.0}, "version: expected text, in quotes where it looks like a number, got 1"),
        ({"um_per_px": 1.26}, "um_per_px: expected a list in brackets, got 1.26"),
        ({"um_per_px": [1.0]}, "um_per_px: expected more values, got [1.0]"),
        ({"seen": {"grey": [1.0]}}, "seen.grey: expected more values, got [1.0]"),
        ({"track": "track.onnx"}, "track: expected keys and values, indented below it, got"),
        ({"search": {"file": "search.onnx"}}, "search.sha256: this key is needed and missing"),
        (
            {"track": {"file": "a", "sha256": "0" * 64, "input": "all", "shrink": 1}},
            "track.input: expected any, or the image's [rows, columns], got 'all'",
        ),
    ],
)
def test_a_fault_of_a_manifest_is_told_without_jargon(write_model, change, line):
    with pytest.raises(ModelFileError) as caught:
        load_model(write_model(**change))

    assert f"model.yaml: {line}" in str(caught.value)


@pytest.mark.parametrize("text", ["", "a word", "- 1\n"])
def test_a_file_that_holds_no_keys_is_no_manifest(tmp_path, text):
    file = tmp_path / "model.yaml"
    file.write_text(text)

    with pytest.raises(ModelFileError, match="expected a manifest of keys and values"):
        load_model(file)


def test_a_model_of_other_keypoints_is_refused(write_model):
    with pytest.raises(ModelFileError, match=r"expected nose, metacorpus, .*got left_eye"):
        load_model(write_model(keypoints=["left_eye"]))


def test_a_track_graph_needs_a_size(write_model, tmp_path):
    entry = {"file": "track.onnx", "sha256": "0" * 64, "input": "any", "shrink": 1}

    with pytest.raises(ModelFileError, match=r"track\.input"):
        load_model(write_model(track=entry))


def test_a_graph_that_is_missing_is_named(write_model, tmp_path):
    manifest = write_model()
    (tmp_path / "track.onnx").unlink()

    with pytest.raises(ModelFileError, match=r"track\.onnx: .*no such file"):
        load_model(manifest)


def test_a_graph_that_was_changed_is_refused(write_model, tmp_path):
    manifest = write_model()
    graph = tmp_path / "search.onnx"
    graph.write_bytes(graph.read_bytes()[:-20])

    with pytest.raises(ModelFileError, match=r"search\.onnx: not the graph.*SHA-256"):
        load_model(manifest)
