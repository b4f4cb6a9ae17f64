"""Two sets of sixty utterances written after the parser and before looking at what it makes of them.

At first meeting the parser read 46 of the first sixty values and 46 of the 50 acts; after mending for those,
55 of the second sixty values and 47 of 51 acts: the better guess at what a stranger sees. Both sets were then
mended for, so as tests they only guard what is known. `KNOWN_GAPS` is what stays wrong.
"""

from __future__ import annotations

import datetime

import pytest

from emomas.perception import observe

TODAY = datetime.date(2026, 11, 24)  # a Tuesday
Row = tuple[str, str, float | None, str]

# unit, utterance, value of the offer, one act that must be found ("" for none)
# fmt: off
FIRST: list[Row] = [
    ("days", "Look, the earliest I can get the money together is about five weeks from now.", 35, "offer"),
    ("days", "You people keep saying ten days. Ten days! I don't even get paid until the 1st.", 7, ""),
    ("days", "ok ok how bout 3 months, thats the best i can do", 90, "offer"),
    ("days", "I could probably swing it in 75 days if my sister helps out", 75, "offer"),
    ("days", "Fine. Sixty days and we're good.", 60, "offer"),
    ("days", "Thirty days just isn't realistic with two kids at home.", None, "reject"),
    ("days", "I had surgery 6 weeks ago and I am still not working", None, "disclose"),
    ("days", "Would you consider pushing it back to the end of January?", 68, "ask"),
    ("days", "no i cant do 20. 50 maybe", 50, "offer"),
    ("days", "I've already missed 3 payments, I know.", None, ""),
    ("days", "The doctor told me a wait of 90 days could cost me my leg!", None, "disclose"),
    ("days", "Can we meet in the middle, say 55 days?", 55, "ask"),
    ("days", "let me speak with someone in charge", None, "stop"),
    ("days", "If you can do the operation within 2 weeks I'll go with the junior surgeon.", 14, "offer"),
    ("days", "I won't wait longer than 40 days for this surgery", 40, "offer"),
    ("days", "Not a day over 45.", 45, "offer"),
    ("days", "My mom waited 120 days for hers and she nearly died.", None, "disclose"),
    ("days", "I accept the 45 day schedule.", 45, "accept"),
    ("days", "It'd take me at minimum 4 months, realistically 5.", 150, "offer"),
    ("days", "What would happen on day 31?", None, "ask"),
    ("minutes", "I think I can hang on another twenty minutes", None, ""),
    ("minutes", "The water is up to my chest, you have 15 minutes, maybe less!", 15, "offer"),
    ("minutes", "How long? An hour? I can't breathe in here for an hour!", None, "ask"),
    ("minutes", "please hurry, I won't make it past 30 minutes", 30, "plead"),
    ("minutes", "There are 3 of us down here and one is unconscious", None, ""),
    ("minutes", "it's been two hours already, where are you", None, "ask"),
    ("minutes", "Okay, we will try to stay calm for 45 more minutes, thank you", None, "thank"),
    ("minutes", "I need you here in ten", 10, "offer"),
    ("minutes", "forty five minutes to an hour, no more", 60, "offer"),
    ("minutes", "An hour fifteen and that's it", 75, "offer"),
    ("minutes", "my phone has 5% battery left", None, ""),
    ("minutes", "We're on the 4th floor, apartment 12", None, ""),
    ("minutes_past_21", "ugh fine, 10:30 but only on school nights", 90, "offer"),
    ("minutes_past_21", "Can I please stay up til 11:45, it's Friday", 165, "ask"),
    ("minutes_past_21", "midnight or nothing", 180, "offer"),
    ("minutes_past_21", "I'm not a baby, nobody in 10th grade sleeps at 9:30", None, ""),
    ("minutes_past_21", "what about quarter past eleven?", 135, "ask"),
    ("minutes_past_21", "I have practice at 6 am so ok, ten thirty", 90, "offer"),
    ("minutes_past_21", "give me 15 more minutes and I'll go", None, ""),
    ("minutes_past_21", "12:30 and not a minute earlier", 210, "offer"),
    ("minutes_past_21", "I'd go to bed at 11 if you let me keep my phone", 120, "offer"),
    ("minutes_past_21", "Lights out by eleven sounds fair to me.", 120, "offer"),
    ("minutes_past_21", "I finish my homework around 10 every night", None, ""),
    ("minutes_past_21", "how about we split it and say 11:15", 135, "offer"),
    ("minutes_past_21", "one more episode, it ends at 10:50, then I'll sleep", 110, "offer"),
    ("usd", "The most I can scrape together is $275 a month.", 275, "offer"),
    ("usd", "I make 2,400 a month and 1,600 of that is rent", None, "disclose"),
    ("usd", "would you settle for half, like 7,500?", 7500, "ask"),
    ("usd", "Best I can do is three fifty.", 350, "offer"),
    ("usd", "I'll give you 120 bucks for the bike, not a penny more", 120, "offer"),
    ("usd", "$180? It has a broken chain. $140.", 140, "offer"),
    ("usd", "You're asking 300 and it's ten years old", None, ""),
    ("usd", "Meet me at 225 and I'll pick it up today", 225, "offer"),
    ("usd", "I can put down 1k now and the rest later", 1000, "offer"),
    ("usd", "I'm not paying a cent over 90 dollars", 90, "offer"),
    ("usd", "two-fifty cash, final", 250, "offer"),
    ("usd", "Sold! I'll take it for 200.", 200, "accept"),
    ("usd", "I only have $60 on me", 60, "offer"),
    ("usd", "could you do 15 dollars less", None, "ask"),
    ("usd", "ok bye, I'm going to the shop across the street", None, "leave"),
]
SECOND: list[Row] = [
    ("days", "Honestly I'd need more like 80 days to sort this out", 80, "offer"),
    ("days", "We can't stretch beyond 25 days, company policy.", 25, "offer"),
    ("days", "Thirty-five days. Take it or leave it.", 35, "offer"),
    ("days", "I know it was due in October but my hours got cut", None, "disclose"),
    ("days", "hmm 60 is still too long for us, what about 40", 40, "offer"),
    ("days", "I asked for two months and you gave me two weeks, meet me at five weeks", 35, "offer"),
    ("days", "So you'd be ok with 50 days?", 50, "ask"),
    ("days", "why does it have to be 10 days", None, "ask"),
    ("days", "I'll have it by December 20", 26, "offer"),
    ("days", "My payday is every other Friday", None, "disclose"),
    ("days", "Give me until the 10th, please, I'm begging you", 16, "plead"),
    ("days", "I can do it in a month, month and a half tops", 45, "offer"),
    ("days", "seventy days is my absolute limit", 70, "offer"),
    ("days", "I'd take the junior doctor if it saves me 20 days or more", 20, "offer"),
    ("days", "I would rather wait 100 days for the specialist than go with someone new", 100, "offer"),
    ("days", "You have my word: 28 days from now it is paid.", 28, "offer"),
    ("days", "I don't have the $15,700 right now", None, "disclose"),
    ("days", "That's agreed then, 33 days", 33, "accept"),
    ("days", "neither 20 nor 30 days is feasible", None, "reject"),
    ("days", "this is harassment, I'm calling my lawyer", None, "threaten"),
    ("minutes", "Maybe half an hour, I'm losing a lot of blood", 30, "disclose"),
    ("minutes", "I can hear you! We can hold for 2 more hours", None, ""),
    ("minutes", "ninety minutes is way too long, I'll be dead by then", None, "reject"),
    ("minutes", "Be here within forty-five minutes or my husband dies", 45, "offer"),
    ("minutes", "I guess an hour is ok if you keep talking to me", 60, "offer"),
    ("minutes", "smoke everywhere. 10 min. max", 10, "offer"),
    ("minutes", "it took you 40 minutes last time", None, ""),
    ("minutes", "Somewhere between 20 and 25 minutes I think", 25, "offer"),
    ("minutes", "I'm 78 years old, I can't hold this beam for an hour", None, "disclose"),
    ("minutes_past_21", "ok I'll be in bed by 10:45, promise", 105, "offer"),
    ("minutes_past_21", "My mom lets me stay up until midnight on weekends", 180, ""),
    ("minutes_past_21", "9? are you kidding me? I'm in high school. 11:30.", 150, "offer"),
    ("minutes_past_21", "could we do a quarter to twelve just for tonight", 165, "ask"),
    ("minutes_past_21", "I need 9 hours of sleep, I know", None, ""),
    ("minutes_past_21", "I'll go at 10 if I can read for 20 minutes", 60, "offer"),
    ("minutes_past_21", "No earlier than half eleven", 150, "offer"),
    ("minutes_past_21", "eleven thirty pm final offer", 150, "offer"),
    ("minutes_past_21", "twelve at the latest, I swear", 180, "offer"),
    ("minutes_past_21", "not ten. eleven.", 120, "offer"),
    ("minutes_past_21", "My game starts at 10 and ends at 11, so 11:15?", 135, "offer"),
    ("minutes_past_21", "You're not my dad, go away", None, "stop"),
    ("usd", "how does $85 sound", 85, "ask"),
    ("usd", "I could go as high as 1,150", 1150, "offer"),
    ("usd", "four hundred and fifty, that's my final", 450, "offer"),
    ("usd", "I paid $600 for it new, I can't let it go for less than 250", 250, "offer"),
    ("usd", "200 now, 200 next month", 200, "offer"),
    ("usd", "$0", 0, "offer"),
    ("usd", "Let's split the difference at $162.50", 162.5, "offer"),
    ("usd", "no, 80's too low. make it 95", 95, "offer"),
    ("usd", "if you throw in the helmet I'd pay one hundred ten", 110, "offer"),
    ("usd", "that is 30% over the blue book", None, ""),
    ("usd", "I've got 3 other buyers at 500", None, ""),
    ("usd", "75 bucks? deal!", 75, "accept"),
    ("usd", "I was thinking somewhere around a hundred fifty", 150, "offer"),
    ("usd", "Thank you, but £40 is all I have", None, "thank"),
    ("usd", "we settled on 300 yesterday, remember?", 300, "ask"),
]
KNOWN_GAPS: list[Row] = [
    ("minutes", "the battery on my oxygen says 1h 20m", 80, ""),
    ("minutes_past_21", "It's already 9:40 and I have one page left", None, "disclose"),
    ("usd", "Craigslist has the same one for $90", None, ""),
    ("usd", "It's worth at least 2k", 2000, ""),
]
# fmt: on


def test_there_are_two_times_sixty() -> None:
    assert len(FIRST) == 60
    assert len(SECOND) + len(KNOWN_GAPS) == 60


def check(unit: str, text: str, want: float | None, act: str) -> None:
    seen = observe(text, unit=unit, today=TODAY)
    assert (seen.offers[-1].value if seen.offers else None) == want, seen  # sure or not
    assert not act or act in seen.acts, seen


@pytest.mark.parametrize("row", FIRST + SECOND, ids=lambda row: row[1])
def test_held_out(row: Row) -> None:
    check(*row)


@pytest.mark.xfail(reason="needs more than rules: who speaks of what", strict=True)
@pytest.mark.parametrize("row", KNOWN_GAPS, ids=lambda row: row[1])
def test_known_gaps(row: Row) -> None:
    check(*row)
