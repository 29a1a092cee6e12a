"""Languages that no client of others' was run for: transcripts from documents, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.errors import RefusedError, UnreadableError
from hardware.sim.emulator.device import EmulatedStage
from hardware.sim.emulator.prior import prior_face
from hardware.sim.emulator.tango import tango_face
from hardware.sim.scenario import StageDynamics
from hardware.stage_config import PriorStage
from hardware.stages import prior, tango
from hardware.stages.prior import PriorLanguage
from hardware.stages.tango import TangoLanguage

PRIOR = PriorLanguage(PriorStage(kind="prior", port="/dev/ttyUSB0"))
TANGO = TangoLanguage()
speeds = st.floats(-4000, 4000, allow_nan=False)


@pytest.mark.parametrize(
    ("make_face", "heard", "said"),
    [
        (prior_face, b"COMP 0\r", b"0\r"),
        (prior_face, b"PS\r", b"0,0\r"),
        (prior_face, b"GR,100,-50\r", b"R\r"),
        (prior_face, b"$\r", b"0\r"),
        (prior_face, b"I\r", b"R\r"),
        (prior_face, b"PS,0,0\r", b"0\r"),
        (prior_face, b"HELLO\r", b"E,5\r"),
        (prior_face, b"VS,9000,0\r", b"E,10\r"),
        (tango_face, b"?pos\r", b"0.0000 0.0000\r"),
        (tango_face, b"!mor 100 -50\r", b""),
        (tango_face, b"?err\r", b"0\r"),
        (tango_face, b"?statusaxis\r", b"@@--\r"),
        (tango_face, b"a x\r", b""),
        (tango_face, b"?lim x\r", b"-30000.0000 30000.0000\r"),
    ],
)
def test_the_emulators_say_what_the_documents_say(make_face, heard, said):
    face = make_face(EmulatedStage(StageDynamics()))

    assert face.feed(heard, 1.0)[0].reply == said


def test_a_tango_keeps_an_error_until_it_is_asked_for():
    face = tango_face(EmulatedStage(StageDynamics()))

    replies = [one.reply for one in face.feed(b"!moa x\r?err\r?err\r", 1.0)]

    assert replies == [b"", b"5\r", b"0\r"]


@pytest.mark.parametrize("language", [PRIOR, TANGO], ids=["prior", "tango"])
def test_no_kind_of_reply_is_taken_for_another(language):
    replies = {
        "position": b"12,-5" if language is PRIOR else b"12.5 -5.0",
        "halt": b"R" if language is PRIOR else b"0",
        "fence": b"3" if language is PRIOR else b"@@--",
    }
    requests = [language.ask_position()[0], language.halt()[0], language.fence]

    for request in requests:
        taken = [name for name, line in replies.items() if request.takes(line)]
        assert taken == [request.purpose]


def test_refusals_are_named_and_shown():
    halt_of_prior, halt_of_tango = PRIOR.halt()[0], TANGO.halt()[0]
    PRIOR.check(halt_of_prior, b"R")
    TANGO.check(halt_of_tango, b"0")

    with pytest.raises(RefusedError, match="E,18"):
        PRIOR.check(halt_of_prior, b"E,18")
    with pytest.raises(RefusedError, match="reports an error"):
        TANGO.check(halt_of_tango, b"4")
    with pytest.raises(UnreadableError):
        prior.decode_position(b"12;5", 1.0)
    with pytest.raises(UnreadableError):
        tango.decode_position(b"12.5")


@given(x_um_s=speeds, y_um_s=speeds)
def test_the_controllers_get_the_velocity_that_is_told_as_sent(x_um_s, y_um_s):
    for language, make_face in ((PRIOR, prior_face), (TANGO, tango_face)):
        stage = EmulatedStage(StageDynamics(lag_s=0.0))
        (request,), sent_um_s = language.steer(np.array([x_um_s, y_um_s]))

        make_face(stage).feed(request.data, 1.0)

        assert stage.mechanics.velocity_um_s(1.5) == pytest.approx(sent_um_s, abs=1e-6)
        assert sent_um_s == pytest.approx([x_um_s, y_um_s], abs=0.0501)
