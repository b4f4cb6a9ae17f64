"""Small conformance vectors of our own: SCXML, and the active atomic states after each event."""

import pytest

import emomas

HEAD = '<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" {attributes}>{body}</scxml>'


def scxml(body: str, attributes: str = "") -> str:
    return HEAD.format(body=body, attributes=attributes)


VECTORS = {
    "first child is the default": (scxml('<state id="u"><state id="v"/><state id="w"/></state>'), ["v"], []),
    "initial attribute goes deep": (
        scxml('<state id="u"><state id="v"/><state id="w"><state id="x"/></state></state>', 'initial="w"'),
        ["x"],
        [],
    ),
    "initial names one state of each region": (
        scxml(
            '<parallel id="p"><state id="l"><state id="l1"/><state id="l2"/></state>'
            '<state id="r"><state id="r1"/><state id="r2"/></state></parallel>',
            'initial="l2 r2"',
        ),
        ["l2", "r2"],
        [],
    ),
    "a target inside a region enters the others by default": (
        scxml(
            '<state id="z"><transition event="e" target="r2"/></state><parallel id="p"><state id="l">'
            '<state id="l1"/><state id="l2"/></state><state id="r"><state id="r1"/><state id="r2"/></state>'
            "</parallel>"
        ),
        ["z"],
        [("e", ["l1", "r2"])],
    ),
    "raised events are seen before sent ones": (
        scxml(
            '<state id="a"><onentry><send event="sent"/><raise event="raised"/></onentry>'
            '<transition event="sent" target="wrong"/><transition event="raised" target="right"/></state>'
            '<state id="right"/><state id="wrong"/>'
        ),
        ["right"],
        [],
    ),
    "an error in a guard is an event": (
        scxml(
            '<datamodel><data id="n" expr="0"/></datamodel><state id="a">'
            '<transition event="e" cond="1 / n == 1" target="wrong"/>'
            '<transition event="error.execution" target="right"/></state>'
            '<state id="right"/><state id="wrong"/>'
        ),
        ["a"],
        [("e", ["right"])],
    ),
    "else branches": (
        scxml(
            '<datamodel><data id="n" expr="2"/></datamodel><state id="a"><onentry>'
            '<if cond="n === 1"><raise event="one"/><elseif cond="n === 2"/><raise event="two"/>'
            '<else/><raise event="many"/></if></onentry>'
            '<transition event="one" target="x"/><transition event="two" target="y"/>'
            '<transition event="many" target="z"/></state><state id="x"/><state id="y"/><state id="z"/>'
        ),
        ["y"],
        [],
    ),
    "a deep history without a record takes its default": (
        scxml(
            '<state id="a"><transition event="e" target="h"/></state><state id="b" initial="b1">'
            '<history id="h" type="deep"><transition target="b22"/></history><state id="b1"/>'
            '<state id="b2"><state id="b21"/><state id="b22"><transition event="out" target="a"/></state></state>'
            "</state>"
        ),
        ["a"],
        [("e", ["b22"]), ("out", ["a"]), ("e", ["b22"])],
    ),
    "two regions that leave: the first wins": (
        scxml(
            '<parallel id="p"><state id="l"><transition event="e" target="x"/></state>'
            '<state id="r"><transition event="e" target="y"/></state></parallel><state id="x"/><state id="y"/>'
        ),
        ["l", "r"],
        [("e", ["x"])],
    ),
    "an inner transition preempts the one that an earlier region took from outside": (
        scxml(
            '<parallel id="p"><transition event="e" target="x"/><state id="l"/>'
            '<state id="r"><transition event="e" target="r"/></state></parallel><state id="x"/>'
        ),
        ["l", "r"],
        [("e", ["l", "r"])],
    ),
    "In tells of other regions": (
        scxml(
            '<parallel id="p"><state id="l"><state id="l1"><transition event="e" target="l2"/></state>'
            '<state id="l2"/></state><state id="r"><state id="r1"><transition cond="In(\'l2\')" target="r2"/>'
            '</state><state id="r2"/></state></parallel>'
        ),
        ["l1", "r1"],
        [("e", ["l2", "r2"])],
    ),
    "an internal transition to a child does not leave": (
        scxml(
            '<datamodel><data id="n" expr="0"/></datamodel>'
            '<state id="a"><onexit><assign location="n" expr="n + 1"/></onexit>'
            '<transition event="in" type="internal" target="a2"/><transition event="ex" target="a1"/>'
            '<transition event="q" cond="n === 1" target="once"/><state id="a1"/><state id="a2"/></state>'
            '<state id="once"/>'
        ),
        ["a1"],
        [("in", ["a2"]), ("q", ["a2"]), ("ex", ["a1"]), ("q", ["once"])],
    ),
    "done of a parallel state needs every region": (
        scxml(
            '<parallel id="p"><transition event="done.state.p" target="x"/><state id="l"><state id="l1">'
            '<transition event="l" target="lf"/></state><final id="lf"/></state><state id="r"><state id="r1">'
            '<transition event="r" target="rf"/></state><final id="rf"/></state></parallel><state id="x"/>'
        ),
        ["l1", "r1"],
        [("l", ["lf", "r1"]), ("r", ["x"])],
    ),
    "a text in data stands for an event and a delay": (
        scxml(
            '<datamodel><data id="d" expr="\'1s\'"/></datamodel><state id="a"><onentry>'
            '<send eventexpr="\'later\'" delayexpr="d" id="s"/></onentry>'
            '<transition event="stop" target="b"/><transition event="later" target="x"/></state>'
            '<state id="b"><onentry><cancel sendid="s"/></onentry><transition event="later" target="x"/></state>'
            '<state id="x"/>'
        ),
        ["a"],
        [("+999", ["a"]), ("+1", ["x"])],
    ),
    "a cancelled event never comes": (
        scxml(
            '<state id="a"><onentry><send event="later" delay=".5s" id="s"/></onentry>'
            '<transition event="stop" target="b"/></state>'
            '<state id="b"><onentry><cancel sendid="s"/></onentry><transition event="later" target="x"/></state>'
            '<state id="x"/>'
        ),
        ["a"],
        [("+499", ["a"]), ("stop", ["b"]), ("+9999", ["b"])],
    ),
}


@pytest.mark.parametrize("round_trip", [False, True], ids=["directly", "round trip"])
@pytest.mark.parametrize("name", VECTORS)
def test_vector(name, round_trip):
    text, initial, steps = VECTORS[name]
    chart = emomas.Chart.from_scxml(text)
    if round_trip:
        chart = emomas.Chart.from_toml(emomas.Chart.from_scxml(chart.to_scxml()).to_toml())
        assert chart.hash == emomas.Chart.from_scxml(text).hash
    machine = chart.start()
    assert list(machine.leaves) == initial
    for event, expected in steps:
        if event.startswith("+"):
            machine.advance(int(event[1:]) * 1_000_000)
        else:
            machine.send(event)
        assert list(machine.leaves) == expected, event
