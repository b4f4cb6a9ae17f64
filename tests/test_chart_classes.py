"""Charts written as classes."""

import pytest

import emomas


def test_classes_are_charts():
    @emomas.statechart
    class Lamp:
        """A lamp."""

        variables = {"n": 0}

        class off:
            on = {"press": "shining"}

        class on:
            id = "shining"
            on = {"press": "off"}

            class dim:
                entry = ["dim"]

            class bright:
                pass

    assert Lamp.name == "Lamp"
    assert Lamp.states == ["off", "shining", "dim", "bright"]
    assert Lamp.start().send("press") == [("dim", {})]
    with pytest.raises(emomas.ChartError, match="extry is no field"):

        @emomas.statechart
        class Wrong:
            class a:
                extry = ["x"]
