"""What a model must say about itself, and what its graphs must answer.

A model is a manifest (YAML) with its graphs (ONNX) beside it. A graph takes `image` (rows,
columns) uint8, raw grey levels, and answers, in pixels of that image:

- `keypoints_px` (4, 3, 2), `confidences` (4, 3) and `confidence` (4,), surest candidate first;
- `count`: how many of the four rows mean anything;
- `expected_errors_px` (4, 3), if it knows: of each keypoint, in the mean.

Normalisation, shrinking, peaks and sub-pixel places are all made inside the graph. A graph that
somebody else made says other things; its entry then has an `adapter` (`models.adapters`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, ValidationError

from models.adapters import Adapter
from models.detection import KEYPOINTS
from models.errors import ModelFileError
from models.manifest_faults import describe

INPUT = "image"
OUTPUTS = ("keypoints_px", "confidences", "confidence", "count")
OPTIONAL_OUTPUT = "expected_errors_px"
SHIPPED_MANIFEST = Path(__file__).parent / "weights" / "shipped.yaml"
REFERENCE_FILE = SHIPPED_MANIFEST.with_name("reference.onnx")  # `models.train.reference`


class _Part(BaseModel):
    """A part of a manifest: no unknown key, no change after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class GraphEntry(_Part):
    """One graph: `input` is its (rows, columns), or `any`."""

    file: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    input: Literal["any"] | tuple[PositiveInt, PositiveInt]
    shrink: PositiveInt  # how many pixels become one inside the graph, along each side
    adapter: Adapter | None = None  # how to ask a graph that does not keep this contract


class SeenFrames(_Part):
    """What the frames that a model learned from look like: from, to, of nearly all of them.

    `grey` is a frame's median, `contrast` how far its palest and darkest twentieths are apart
    (`models.seen`); `head_px` the way from nose to terminal bulb, as the model is shown it;
    `confidence` that of heads which it had not learned from, and half of which were surer yet.
    """

    grey: tuple[float, float]
    contrast: tuple[float, float]
    head_px: tuple[float, float]
    confidence: tuple[float, float]


class Manifest(_Part):
    """What a model says about itself."""

    format: Literal[1]
    name: str
    version: str
    keypoints: tuple[str, ...]
    um_per_px: tuple[PositiveFloat, PositiveFloat]  # the range that it was made for
    trained_on: str
    search: GraphEntry  # the whole frame
    track: GraphEntry  # a crop around the prediction; its input has a size
    seen: SeenFrames | None = None  # None: nobody has looked


@dataclass(frozen=True, slots=True)
class Model:
    """A manifest whose graphs are there and are the ones it means."""

    manifest: Manifest
    search_file: Path
    track_file: Path
    track_shape: tuple[int, int]

    @property
    def sha256(self) -> str:
        """One hash for the whole model: of its graphs' hashes, search first."""
        both = self.manifest.search.sha256 + self.manifest.track.sha256
        return hashlib.sha256(both.encode()).hexdigest()


def load_named_model(name: str) -> Model:
    """Read a model by its manifest's path, or the `shipped` one.

    Raises:
        ModelFileError: as `load_model`.
    """
    if not name.strip():
        raise ModelFileError("expected a manifest's path, or `shipped`, got nothing")
    return load_model(SHIPPED_MANIFEST if name == "shipped" else Path(name))


def load_model(manifest_file: Path) -> Model:
    """Read a manifest, and make sure of the graphs that it names.

    Raises:
        ModelFileError: the manifest or a graph is missing, corrupt, or not what it says it is.
    """
    manifest = _read_manifest(manifest_file)
    if manifest.keypoints != KEYPOINTS:
        raise ModelFileError(
            f"{manifest_file}: keypoints: expected {', '.join(KEYPOINTS)},"
            f" got {', '.join(manifest.keypoints)}"
        )
    if manifest.track.input == "any":
        raise ModelFileError(f"{manifest_file}: track.input: expected [rows, columns], got any")
    folder = manifest_file.parent
    return Model(
        manifest=manifest,
        search_file=_checked(folder, manifest.search),
        track_file=_checked(folder, manifest.track),
        track_shape=manifest.track.input,
    )


def file_sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def write_manifest(manifest: Manifest, file: Path) -> None:
    """Write a manifest as YAML, in the order of its fields."""
    content = manifest.model_dump(mode="json", exclude_none=True)
    text = yaml.safe_dump(content, sort_keys=False, width=96)
    file.write_text(text, encoding="utf-8")


def _checked(folder: Path, entry: GraphEntry) -> Path:
    file = folder / entry.file
    if not file.is_file():
        raise ModelFileError(f"{file}: the manifest names this graph, but there is no such file")
    found = file_sha256(file)
    if found != entry.sha256:
        raise ModelFileError(
            f"{file}: not the graph that the manifest means: expected SHA-256"
            f" {entry.sha256[:12]}..., got {found[:12]}...; fetch or export the model again"
        )
    return file


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key that is given twice."""

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, object]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"{key!r} is given twice: keep one of them")
        return super().construct_mapping(node, deep=deep)


def _read_manifest(file: Path) -> Manifest:
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), _StrictLoader)
    except FileNotFoundError:
        raise ModelFileError(f"{file}: no such model; name a manifest, or `shipped`") from None
    except UnicodeDecodeError:
        raise ModelFileError(
            f"{file}: cannot be read as a manifest: expected YAML that names the graphs, got bytes"
        ) from None
    except OSError as error:
        raise ModelFileError(f"{file}: cannot be read as a manifest: {error.strerror}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ModelFileError(f"{file}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict):
        raise ModelFileError(f"{file}: expected a manifest of keys and values, got {content!r:.60}")
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        known = [*Manifest.model_fields, *GraphEntry.model_fields, *SeenFrames.model_fields]
        faults = describe(error.errors(include_url=False), known)
        raise ModelFileError("\n".join(f"{file}: {fault}" for fault in faults)) from None
