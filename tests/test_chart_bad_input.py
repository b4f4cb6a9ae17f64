"""Wrong charts and wrong calls: each refusal says where, what and how to mend it."""

import pytest

import emomas
from emomas import Chart, ChartError


def scxml(body):
    return f'<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0">\n{body}\n</scxml>'


CYCLE = """
[states.a.states.h]
history = "shallow"
target = "k"
[states.a.states.k]
history = "deep"
target = "h"
[states.a.states.x]
"""


def test_cyclic_entry():
    with pytest.raises(ChartError, match=r"line \d, state \"[hk]\": a cyclic entry"):
        Chart.from_toml(CYCLE)


def test_two_initial_states():
    twice = '<state id="a" initial="b"><initial><transition target="b"/></initial><state id="b"/></state>'
    with pytest.raises(ChartError, match='line 2, state "a": two initial states'):
        Chart.from_scxml(scxml(twice))
    with pytest.raises(ChartError, match="can't both be entered"):
        Chart.from_dict({"initial": ["a", "b"], "states": {"a": {}, "b": {}}})


def test_missing_target():
    with pytest.raises(ChartError, match=r'line 3, state "a": target "nowhere" is no state') as caught:
        Chart.from_toml('[states.a]\n\non.go = "nowhere"\n')
    assert caught.value.code == "chart_target"


def test_guard_that_divides_by_zero():
    chart = Chart.from_dict(
        {
            "variables": {"n": 0},
            "states": {
                "a": {
                    "transitions": [
                        {"event": "go", "guard": "1 / n > 0", "target": "b"},
                        {"event": "error.execution", "do": ["noticed"]},
                    ]
                },
                "b": {},
            },
        }
    )
    machine = chart.start()
    assert machine.explain("go")[0]["verdict"] == "division by zero"
    assert machine.send("go") == [("noticed", {})]
    assert machine.leaves == ("a",)
    assert machine.counters["errors"] == 1


def test_guard_that_names_an_unknown_value():
    text = '[states.a]\ntransitions = [{ event = "go", guard = "belief.joy > 1", target = "a" }]'
    with pytest.raises(ChartError, match=r'line 2, state "a": expression .*belief.joy is no variable'):
        Chart.from_toml(text)


def test_event_flood():
    machine = Chart.from_dict({"states": {"a": {}}}).start(external=3)
    assert [machine.post("e") for _ in range(5)] == [True, True, True, False, False]
    assert machine.counters["rejected"] == 2


def test_endless_macrostep():
    chart = Chart.from_dict(
        {
            "states": {
                "a": {"transitions": [{"target": "b"}]},
                "b": {
                    "transitions": [
                        {"event": "error.platform", "target": "c"},
                        {"guard": "not In('c')", "target": "a"},
                    ]
                },
                "c": {},
            }
        }
    )
    machine = chart.start(max_microsteps=50)
    assert machine.counters["cut"] >= 1
    assert machine.counters["transitions"] <= 101


def test_scxml_with_a_script():
    with pytest.raises(ChartError, match=r"line 3.*<script> in <onentry> isn't supported") as caught:
        Chart.from_scxml(scxml('<state id="a"><onentry>\n<script>go()</script></onentry></state>'))
    assert caught.value.code == "chart_unsupported"


def test_entities_are_not_expanded():
    bomb = '<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><scxml>&b;</scxml>'
    with pytest.raises(ChartError, match="DTD"):
        Chart.from_scxml(bomb)


def test_dicts_that_hold_themselves():
    loop: dict = {"states": {}}
    loop["states"]["a"] = {"states": loop["states"]}
    with pytest.raises(ChartError, match="inside"):
        Chart.from_dict(loop)


@pytest.mark.parametrize(
    ("value", "message"),
    [(float("nan"), "finite"), ("three", "number"), (2**70, "64 bits"), (None, "number")],
)
def test_wrong_data(value, message):
    machine = Chart.from_dict(
        {"states": {"a": {"transitions": [{"event": "e", "guard": "_event.x > 1"}]}}}
    ).start()
    with pytest.raises(ChartError, match=f"x=.*{message}"):
        machine.send("e", x=value)


def test_wrong_inputs():
    machine = Chart.from_dict({"inputs": ["gap"], "states": {"a": {}}}).start()
    with pytest.raises(ChartError, match=r"'?gpa.*inputs are: gap"):
        machine.set("gpa", 1.0)
    with pytest.raises(ChartError, match="finite"):
        machine.set("gap", float("inf"))


def test_wrong_types_in_a_dict():
    with pytest.raises(TypeError, match="not set"):
        Chart.from_dict({"states": {"a": {"entry": {1, 2}}}})
    with pytest.raises(ChartError, match="entry is a text"):
        Chart.from_dict({"states": {"a": {"entry": "greet"}}})
    with pytest.raises(ChartError, match="known here are parallel"):
        Chart.from_dict({"states": {"a": {"exits": []}}})


def test_files(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nothing\.toml"):
        Chart.load(tmp_path / "nothing.toml")
    path = tmp_path / "latin.toml"
    path.write_bytes(b'name = "caf\xe9"')
    with pytest.raises(emomas.EmomasError, match="UTF-8"):
        Chart.load(path)


def test_safety_charts():
    safe = {"safety": True, "safe": "safe", "states": {"run": {"on": {"stop": "safe"}}, "safe": {}}}
    with pytest.raises(ChartError, match='state "safe": the event "stop" is left unhandled') as caught:
        Chart.from_dict(safe)
    assert caught.value.code == "chart_safety"
    safe["states"]["safe"]["on"] = {"stop": "safe"}
    assert Chart.from_dict(safe).warnings == []
    safe["states"]["safe"]["on"]["reset"] = "lost"
    safe["states"]["lost"] = {"on": {"stop": "lost", "reset": "lost"}}
    safe["states"]["run"]["on"]["reset"] = "run"
    with pytest.raises(ChartError, match='state "lost": the SAFE state "safe" can\'t be reached'):
        Chart.from_dict(safe)
