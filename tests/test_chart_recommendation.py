"""Rules of the SCXML Recommendation in small charts of our own: each must come to rest in `pass`.

The numbers are those of the W3C's implementation report tests that ask for the same rule.
"""

import pytest

import emomas

NS = "http://www.w3.org/2005/07/scxml"


def chart(body: str, variables: str = "", root: str = "") -> emomas.Chart:
    data = "".join(f'<data id="{v.split("=")[0]}" expr="{v.split("=")[1]}"/>' for v in variables.split())
    model = f"<datamodel>{data}</datamodel>" if data else ""
    ends = '<state id="pass"/><state id="fail"/>'
    return emomas.Chart.from_scxml(f'<scxml xmlns="{NS}" version="1.0" {root}>{model}{body}{ends}</scxml>')


COUNT = '<assign location="n" expr="n + 1"/>'
# What any other event, or none in time, leads to.
ELSE_FAIL = '<transition event="*" target="fail"/>'

RULES = {
    "144 raised events queue in the order of raising": (
        '<state id="a"><onentry><raise event="one"/><raise event="two"/></onentry>'
        f'<transition event="one" target="b"/>{ELSE_FAIL}</state>'
        f'<state id="b"><transition event="two" target="pass"/>{ELSE_FAIL}</state>',
        "",
    ),
    "147 the first true branch only": (
        '<state id="a"><onentry><if cond="false"><raise event="no"/><elseif cond="true"/><raise event="yes"/>'
        f'{COUNT}<elseif cond="true"/><raise event="no"/>{COUNT}<else/><raise event="no"/></if></onentry>'
        f'<transition event="yes" cond="n == 1" target="pass"/>{ELSE_FAIL}</state>',
        "n=0",
    ),
    "149 no branch at all": (
        '<state id="a"><onentry><if cond="false"><raise event="no"/><elseif cond="false"/><raise event="no"/>'
        f'</if><raise event="after"/></onentry><transition event="after" target="pass"/>{ELSE_FAIL}</state>',
        "",
    ),
    "158 actions in document order": (
        '<state id="a"><onentry><assign location="n" expr="n * 2"/>'
        '<assign location="n" expr="n + 3"/></onentry>'
        '<transition cond="n == 5" target="pass"/></state>',
        "n=1",
    ),
    "159 376 an error ends its block, not the next": (
        '<state id="a"><onentry><assign location="n" expr="n / 0"/>'
        '<assign location="n" expr="n + 10"/></onentry>'
        f'<onentry>{COUNT}</onentry><transition event="error.execution" cond="n == 1" target="pass"/>'
        f"{ELSE_FAIL}</state>",
        "n=0",
    ),
    "378 each onexit is a block of its own": (
        '<state id="a"><onexit><assign location="n" expr="n / 0"/></onexit>'
        f'<onexit>{COUNT}</onexit><transition target="b"/></state><state id="b">'
        f'<transition event="error.execution" cond="n == 1" target="pass"/>{ELSE_FAIL}</state>',
        "n=0",
    ),
    "176 186 parameters are evaluated when the event is sent": (
        '<state id="a"><onentry><assign location="n" expr="2"/>'
        '<send event="e" delay="1s"><param name="x" expr="n"/></send>'
        '<assign location="n" expr="3"/></onentry>'
        f'<transition event="e" cond="_event.data.x == 2 and n == 3" target="pass"/>{ELSE_FAIL}</state>',
        "n=1",
    ),
    "354 namelist and param together": (
        '<state id="a"><onentry><send event="e" namelist="n"><param name="x" location="n"/></send></onentry>'
        f'<transition event="e" cond="_event.data.x == 7 and _event.data.n == 7" target="pass"/>'
        f"{ELSE_FAIL}</state>",
        "n=7",
    ),
    "175 a computed delay": (
        '<state id="a"><onentry><send event="late" delayexpr="n * 1000"/><send event="early" delay="1.5s"/>'
        f'</onentry><transition event="early" target="b"/>{ELSE_FAIL}</state>'
        f'<state id="b"><transition event="late" target="pass"/>{ELSE_FAIL}</state>',
        "n=2",
    ),
    "185 a delayed event comes after one sent at once": (
        '<state id="a"><onentry><send event="late" delay="1s"/><send event="now"/></onentry>'
        f'<transition event="now" target="b"/>{ELSE_FAIL}</state>'
        f'<state id="b"><transition event="late" target="pass"/>{ELSE_FAIL}</state>',
        "",
    ),
    "189 495 the internal target goes before the external queue": (
        '<state id="a"><onentry><send event="out"/><send event="in" target="#_internal"/></onentry>'
        f'<transition event="in" target="b"/>{ELSE_FAIL}</state>'
        f'<state id="b"><transition event="out" target="pass"/>{ELSE_FAIL}</state>',
        "",
    ),
    "198 200 the type of events between machines": (
        '<state id="a"><onentry>'
        '<send event="e" type="http://www.w3.org/TR/scxml/#SCXMLEventProcessor"/></onentry>'
        f'<transition event="e" target="pass"/>{ELSE_FAIL}</state>',
        "",
    ),
    "208 a cancelled event is never delivered": (
        '<state id="a"><onentry><send id="x" event="cancelled" delay="1s"/><send event="other" delay="1.5s"/>'
        f'<cancel sendid="x"/></onentry><transition event="other" target="pass"/>{ELSE_FAIL}</state>',
        "",
    ),
    "279 data of an inner state has its value from the start": (
        '<state id="a"><transition cond="m == 4" target="pass"/><transition target="fail"/></state>'
        '<state id="b"><datamodel><data id="m" expr="4"/></datamodel></state>',
        "",
    ),
    "309 344 a condition that fails is false and an error": (
        '<state id="a"><transition cond="n / 0 == 1" target="fail"/><transition target="b"/></state>'
        f'<state id="b"><transition event="error.execution" target="pass"/>{ELSE_FAIL}</state>',
        "n=1",
    ),
    "312 an assignment that fails leaves the value": (
        '<state id="a"><onentry><assign location="n" expr="1 / 2"/></onentry>'
        f'<transition event="error.execution" cond="n == 3" target="pass"/>{ELSE_FAIL}</state>',
        "n=3",
    ),
    "318 the event stays bound until the next one": (
        '<state id="a"><onentry><raise event="foo"/></onentry><transition event="foo" target="b"/></state>'
        '<state id="b"><onentry><raise event="bar"/><if cond="_event.name == \'foo\'">'
        '<assign location="n" expr="1"/></if></onentry>'
        f'<transition event="bar" cond="n == 1" target="pass"/>{ELSE_FAIL}</state>',
        "n=0",
    ),
    "342 348 an event keeps the name that was sent": (
        '<state id="a"><onentry><send eventexpr="\'foo.bar\'"/></onentry>'
        '<transition event="foo" cond="_event.name == \'foo.bar\'" target="pass"/>' + ELSE_FAIL + "</state>",
        "",
    ),
    "364 default states by attribute, by element and by order": (
        '<state id="a" initial="a2"><state id="a1"/><state id="a2">'
        '<initial><transition target="a22"/></initial>'
        '<state id="a21"/><state id="a22"><state id="a221">'
        '<transition cond="In(\'a22\')" target="pass"/></state>'
        '<state id="a222"><transition target="fail"/></state></state></state></state>',
        "",
    ),
    "372 done is raised after the final state's entry actions": (
        '<state id="a"><transition event="done.state.a" cond="n == 2" target="pass"/>'
        f'{ELSE_FAIL}<state id="a1"><transition target="f"/></state>'
        '<final id="f"><onentry><assign location="n" expr="2"/></onentry>'
        '<onexit><assign location="n" expr="3"/></onexit></final></state>',
        "n=1",
    ),
    "375 377 handlers run in document order": (
        '<state id="a"><onentry><raise event="one"/></onentry><onentry><raise event="two"/></onentry>'
        '<onexit><raise event="three"/></onexit><onexit><raise event="four"/></onexit>'
        f'<transition event="one" target="b"/>{ELSE_FAIL}</state>'
        f'<state id="b"><transition event="two" target="c"/>{ELSE_FAIL}</state>'
        f'<state id="c"><transition event="three" target="d"/>{ELSE_FAIL}</state>'
        f'<state id="d"><transition event="four" target="pass"/>{ELSE_FAIL}</state>',
        "",
    ),
    "387 388 histories: defaults first, memory later": (
        '<state id="a"><transition cond="n == 0" target="deep"/><transition cond="n == 1" target="b12"/>'
        '<transition cond="n == 2" target="deep"/></state>'
        '<state id="b"><onexit><assign location="n" expr="n + 1"/></onexit>'
        '<history id="deep" type="deep"><transition target="b11"/></history>'
        '<state id="b1"><state id="b11"><transition cond="n == 0" target="a"/>'
        '<transition target="fail"/></state>'
        '<state id="b12"><transition cond="n == 1" target="a"/>'
        '<transition cond="n == 2" target="pass"/></state>'
        "</state></state>",
        "n=0",
    ),
    "396 399 descriptors: several, prefixes by whole words, trailing dot and star": (
        '<state id="a"><onentry><raise event="foo.zoo"/></onentry>'
        '<transition event="fo food foo.zo" target="fail"/><transition event="no foo" target="b"/></state>'
        '<state id="b"><onentry><raise event="foos"/><raise event="foo.zoo"/></onentry>'
        '<transition event="foo" target="c"/></state>'
        '<state id="c"><onentry><raise event="foo"/></onentry><transition event="foo.*" target="d"/></state>'
        '<state id="d"><onentry><raise event="foo.x"/></onentry><transition event="foo." target="e"/></state>'
        '<state id="e"><onentry><raise event="anything"/>'
        '</onentry><transition event="*" target="pass"/></state>',
        "",
    ),
    "401 errors go into the internal queue": (
        '<state id="a"><onentry><send event="out"/><assign location="n" expr="1 / 0"/></onentry>'
        '<transition event="out" target="fail"/><transition event="error" target="pass"/></state>',
        "n=0",
    ),
    "402 an error waits its turn like any event": (
        '<state id="a"><onentry><raise event="one"/><assign location="n" expr="1 / 0"/></onentry>'
        f'<transition event="one" target="b"/>{ELSE_FAIL}</state>'
        '<state id="b"><onentry><raise event="two"/></onentry>'
        f'<transition event="error.execution" target="c"/>{ELSE_FAIL}</state>'
        f'<state id="c"><transition event="two" target="pass"/>{ELSE_FAIL}</state>',
        "n=0",
    ),
    "403 inner before outer, then document order": (
        '<state id="a"><onentry><raise event="e"/></onentry><transition event="e" target="fail"/>'
        '<state id="a1"><transition event="e" cond="false" target="fail"/>'
        '<transition event="e" target="pass"/>'
        '<transition event="e" target="fail"/></state></state>',
        "",
    ),
    "404 405 406 leave from the inside, act, enter from the outside": (
        '<state id="start"><transition target="r1"/></state>'
        '<parallel id="p"><onexit><raise event="4"/></onexit>'
        '<state id="r"><onexit><raise event="3"/></onexit><state id="r1"><onexit><raise event="2"/></onexit>'
        '<transition target="q2"><raise event="5"/></transition></state></state>'
        '<state id="s"><onexit><raise event="1"/></onexit></state></parallel>'
        '<parallel id="q"><onentry><raise event="6"/></onentry>'
        '<state id="q1"><onentry><raise event="7"/></onentry>'
        f'<transition event="1" target="seen1"/>{ELSE_FAIL}</state>'
        '<state id="q2"><onentry><raise event="8"/></onentry></state></parallel>'
        + "".join(
            f'<state id="seen{i}"><transition event="{i + 1}" target="seen{i + 1}"/>{ELSE_FAIL}</state>'
            for i in range(1, 8)
        )
        + '<state id="seen8"><transition target="pass"/></state>',
        "",
    ),
    "409 411 a state is active from its entry to the end of its exit": (
        '<state id="a"><onentry><if cond="In(\'a\') and not In(\'a1\')"><raise event="yes"/><else/>'
        '<raise event="no"/></if></onentry>'
        f'<transition event="yes" target="b"/>{ELSE_FAIL}'
        '<state id="a1"><onexit><if cond="In(\'a1\')"><raise event="yes1"/></if></onexit></state>'
        '<onexit><if cond="In(\'a1\')"><raise event="no1"/></if></onexit></state>'
        f'<state id="b"><transition event="yes1" target="c"/>{ELSE_FAIL}</state>'
        '<state id="c"><onentry><send event="rest"/></onentry><transition event="rest" target="pass"/>'
        f"{ELSE_FAIL}</state>",
        "",
    ),
    "412 the initial transition's actions stand between parent and child": (
        '<state id="a"><onentry><raise event="1"/></onentry>'
        '<initial><transition target="a1"><raise event="2"/>'
        '</transition></initial><state id="a1"><onentry><raise event="3"/></onentry>'
        f'<transition event="1" target="a2"/>{ELSE_FAIL}</state>'
        f'<state id="a2"><transition event="2" target="a3"/>{ELSE_FAIL}</state>'
        f'<state id="a3"><transition event="3" target="pass"/>{ELSE_FAIL}</state></state>',
        "",
    ),
    "416 417 570 done of a region, then of the parallel state": (
        '<parallel id="p"><transition event="done.state.p" target="q"/>'
        '<state id="r"><state id="r1"><transition target="rf"/></state><final id="rf"/></state>'
        '<state id="s"><state id="s1"><transition event="done.state.r" target="sf"/>'
        '</state><final id="sf"/></state>'
        '</parallel><state id="q"><transition target="pass"/></state>',
        "",
    ),
    "419 eventless before internal before external": (
        '<state id="a"><onentry><send event="out"/><raise event="in"/></onentry><transition target="b"/>'
        f"{ELSE_FAIL}</state>"
        f'<state id="b"><transition event="in" target="c"/>{ELSE_FAIL}</state>'
        f'<state id="c"><transition event="out" target="pass"/>{ELSE_FAIL}</state>',
        "",
    ),
    "423 external events are taken until one matches": (
        '<state id="a"><onentry><send event="odd"/><send event="late" delay="1s"/></onentry>'
        '<transition event="late" target="pass"/></state>',
        "",
    ),
    "436 451 In without a data model": (
        '<parallel id="p"><state id="r"><transition cond="In(\'s2\')" target="fail"/>'
        '<transition cond="In(\'s1\')" target="pass"/></state>'
        '<state id="s"><state id="s1"/><state id="s2"/></state></parallel>',
        "",
    ),
    "503 a targetless transition leaves nothing": (
        '<state id="a"><onentry><send event="one"/><send event="two"/></onentry>'
        '<onexit><assign location="n" expr="n + 1"/></onexit>'
        '<transition event="one"><assign location="m" expr="m + 1"/></transition>'
        '<transition event="two" target="b"/></state>'
        '<state id="b"><transition cond="n == 1 and m == 1" target="pass"/>'
        '<transition target="fail"/></state>',
        "n=0 m=0",
    ),
    "504 an external transition leaves its source": (
        '<state id="a"><onentry><send event="one"/><send event="two"/></onentry>'
        '<onexit><assign location="n" expr="n + 1"/></onexit>'
        '<transition event="one" target="a1"/><transition event="two" target="b"/>'
        '<state id="a1"><onexit><assign location="m" expr="m + 1"/></onexit></state></state>'
        '<state id="b"><transition cond="n == 2 and m == 2" target="pass"/>'
        '<transition target="fail"/></state>',
        "n=0 m=0",
    ),
    "505 an internal one keeps a compound source": (
        '<state id="a"><onentry><send event="one"/><send event="two"/></onentry>'
        '<onexit><assign location="n" expr="n + 1"/></onexit>'
        '<transition event="one" type="internal" target="a1"/><transition event="two" target="b"/>'
        '<state id="a1"><onexit><assign location="m" expr="m + 1"/></onexit></state></state>'
        '<state id="b"><transition cond="n == 1 and m == 2" target="pass"/>'
        '<transition target="fail"/></state>',
        "n=0 m=0",
    ),
    "506 internal means nothing if a target lies elsewhere": (
        '<state id="a"><onentry><send event="one"/><send event="two"/></onentry>'
        '<onexit><assign location="n" expr="n + 1"/></onexit>'
        '<transition event="one" type="internal" target="a"/><transition event="two" target="b"/>'
        '<state id="a1"/></state>'
        '<state id="b"><transition cond="n == 2" target="pass"/><transition target="fail"/></state>',
        "n=0",
    ),
    "533 internal means nothing for a parallel source": (
        '<parallel id="p"><onentry><send event="one"/><send event="two"/></onentry>'
        '<onexit><assign location="n" expr="n + 1"/></onexit>'
        '<transition event="one" type="internal" target="r"/><transition event="two" target="b"/>'
        '<state id="r"/><state id="s"/></parallel>'
        '<state id="b"><transition cond="n == 2" target="pass"/><transition target="fail"/></state>',
        "n=0",
    ),
    "579 default content of a history: after entry and initial, and never again": (
        '<state id="a" ><onentry><raise event="1"/></onentry>'
        '<initial><transition target="h"><raise event="2"/></transition></initial>'
        '<history id="h"><transition target="a1"><raise event="3"/></transition></history>'
        f'<state id="a1"><transition event="1" target="a2"/>{ELSE_FAIL}</state>'
        f'<state id="a2"><transition event="2" target="a3"/>{ELSE_FAIL}</state>'
        f'<state id="a3"><transition event="3" target="b"/>{ELSE_FAIL}'
        '<transition cond="n == 1" target="a4"/></state>'
        f'<state id="a4"><transition event="1" target="a5"/>{ELSE_FAIL}</state>'
        f'<state id="a5"><transition event="2" target="a6"/>{ELSE_FAIL}</state>'
        '<state id="a6"><onentry><send event="rest"/></onentry><transition event="rest" target="pass"/>'
        f"{ELSE_FAIL}</state></state>"
        f'<state id="b"><onentry>{COUNT}</onentry><transition target="a"/></state>',
        "n=0",
    ),
    "580 a history is never active": (
        '<state id="a"><onentry><send event="go"/></onentry><transition event="go" target="h"/></state>'
        '<parallel id="p"><state id="b"><history id="h"><transition target="b1"/></history>'
        '<state id="b1"><transition cond="In(\'h\')" target="fail"/><transition target="b2"/></state>'
        '<state id="b2"><onexit><if cond="In(\'h\')"><assign location="n" expr="1"/></if></onexit>'
        '<transition cond="n == 0" target="pass"/></state></state></parallel>',
        "n=0",
    ),
}


@pytest.mark.parametrize("round_trip", [False, True], ids=["directly", "round trip"])
@pytest.mark.parametrize("rule", RULES)
def test_rule(rule, round_trip):
    made = chart(*RULES[rule])
    machine = (emomas.Chart.from_scxml(made.to_scxml()) if round_trip else made).start()
    machine.advance(10_000_000_000)
    assert machine.leaves == ("pass",)


def test_413_the_document_may_begin_anywhere():
    body = '<parallel id="p"><state id="r"><state id="r1"/><state id="r2"/></state><state id="s"/></parallel>'
    assert chart(body, root='initial="r2 s"').start().leaves == ("r2", "s")


def test_415_a_top_level_final_state_ends_the_machine():
    machine = chart(
        '<state id="a"><transition event="e" target="f"/></state>'
        '<final id="f"><onentry><send event="late" delay="1s"/></onentry></final>'
    ).start()
    machine.send("e")
    assert machine.finished
    assert machine.configuration == ()
    assert machine.pending_timers == 0


REFUSED = {
    "<script>": '<state id="a"><onentry><script>x</script></onentry></state>',
    "<foreach>": '<state id="a"><onentry><foreach item="x" array="y"/></onentry></state>',
    "<invoke>": '<state id="a"><invoke type="scxml"/></state>',
    "<donedata>": '<state id="a"><final id="f"><donedata/></final></state>',
    "<content>": '<state id="a"><onentry><send event="e"><content>1</content></send></onentry></state>',
    "idlocation": '<state id="a"><onentry><send event="e" idlocation="x"/></onentry></state>',
    "sendidexpr": '<state id="a"><onentry><cancel sendidexpr="x"/></onentry></state>',
    "targetexpr": '<state id="a"><onentry><send event="e" targetexpr="x"/></onentry></state>',
    "typeexpr": '<state id="a"><onentry><send event="e" typeexpr="x"/></onentry></state>',
    "src": '<datamodel><data id="x" src="file:x"/></datamodel><state id="a"/>',
    "without a value": '<datamodel><data id="x"/></datamodel><state id="a"/>',
    'target "#_parent"': '<state id="a"><onentry><send event="e" target="#_parent"/></onentry></state>',
    'target "#_scxml_foo"': '<state id="a"><onentry><send event="e" target="#_scxml_foo"/></onentry></state>',
    "BasicHTTP": '<state id="a"><onentry><send event="e" type="BasicHTTP"/></onentry></state>',
    "delayed internal": (
        '<state id="a"><onentry><send event="e" target="#_internal" delay="1s"/></onentry></state>'
    ),
    "_sessionid": '<state id="a"><transition event="e" cond="_sessionid == 1"/></state>',
    "_ioprocessors": '<state id="a"><onentry><assign location="n" expr="_ioprocessors"/></onentry></state>',
    "_event.name": '<state id="a"><onentry><assign location="n" expr="_event.name"/></onentry></state>',
    'assign is "m"': '<state id="a"><onentry><assign location="m" expr="1"/></onentry></state>',
    "never ends": '<state id="a"><transition/></state>',
    "no event and no cond": (
        '<state id="a"><initial><transition event="e" target="b"/></initial><state id="b"/></state>'
    ),
    "without children": '<parallel id="p"/>',
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_supported_is_refused_by_name(what):
    with pytest.raises(emomas.ChartError) as caught:
        chart(REFUSED[what], "n=0")
    assert what in str(caught.value)
    assert "line 1" in str(caught.value)
