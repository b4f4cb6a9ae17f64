"""Lines that tempt a reader into a deal nobody offered, and plain offers and yeses between them.

Every row: domain, what the person says, the value that may count as an offer (None for none), and whether it
accepts the number on the table. `A` was written with the rules, `B` before looking at what they make of it.
"""

from __future__ import annotations

import datetime

TODAY = datetime.date(2026, 11, 24)  # a Tuesday

Row = tuple[str, str, "float | None", bool]

# fmt: off
A: list[Row] = [
    # stories with numbers
    ("debt", "I was in hospital for 10 days", None, False),
    ("debt", "I spent 20 days in a coma last spring", None, False),
    ("debt", "we had 30 days of rain and no work on any roof", None, False),
    ("debt", "My father died 15 days after the wedding.", None, False),
    ("debt", "it took the insurance 40 days to answer", None, False),
    ("surgery", "I was off work for 20 days last time", None, False),
    ("surgery", "the pain kept me awake 12 days in a row", None, False),
    ("surgery", "My last operation was 30 days late", None, False),
    ("disaster", "my phone has 500 minutes left on the plan", None, False),
    ("disaster", "the shaking went on for 90 minutes", None, False),
    ("disaster", "I passed out for maybe 100 minutes", None, False),
    ("sleep", "I fell asleep at 10 in class and everybody laughed", None, False),
    ("sleep", "the neighbours had a party until 11", None, False),
    # third persons
    ("debt", "My neighbour got 20 days", None, False),
    ("debt", "the bank gave my brother 45 days", None, False),
    ("debt", "my boss pays everybody in 30 days", None, False),
    ("debt", "My wife thinks 20 days is fine but she has no idea", None, False),
    ("surgery", "the woman in the next bed only has to wait 20 days", None, False),
    ("surgery", "Dr Mori said 25 days would be normal", None, False),
    ("disaster", "the man next to me says he can hold on for 100 minutes", None, False),
    ("sleep", "my sister goes to bed at 10", None, False),
    ("sleep", "Everyone in my team sleeps at 10:30", None, False),
    # conditionals and hypotheticals
    ("debt", "if my client pays me maybe in 20 days", None, False),
    ("debt", "If I win the lottery I'll pay in 10 days", None, False),
    ("debt", "once the storm money is here I can do 30 days", None, False),
    ("debt", "I wish I could pay in 10 days", None, False),
    ("debt", "I would have paid in 10 days had the client not gone under", None, False),
    ("debt", "suppose I paid in 20 days, what then", None, False),
    ("surgery", "unless it gets worse I could wait 30 days", None, False),
    ("surgery", "what happens if we wait 40 days?", None, False),
    ("disaster", "if the water stays where it is, 100 minutes", None, False),
    ("sleep", "I'd be in bed at 10 if you did my homework", None, False),
    ("sleep", "imagine I went to bed at 9:30, I'd stare at the ceiling", None, False),
    # partial payments
    ("debt", "I can pay 500 dollars in 10 days, the rest I don't know", None, False),
    ("debt", "half of it by the 15th and the rest later", None, False),
    ("debt", "a third in 20 days", None, False),
    ("debt", "I could send part of it in 14 days", None, False),
    ("debt", "the first instalment in 15 days, then we will see", None, False),
    # sarcasm and anger
    ("debt", "oh sure, 10 days, and I'll grow money on trees", None, False),
    ("debt", "yeah right, 14 days. In your dreams.", None, False),
    ("surgery", "10 days, as if", None, False),
    ("sleep", "Bed at 9? haha very funny", None, False),
    ("debt", "Deal. Just kidding.", None, False),
    ("debt", "Great deal you have there, for yourselves", None, False),
    # fillers and negated or unfinished acceptance
    ("debt", "sure, sure. And who are you again?", None, False),
    ("surgery", "right.", None, False),
    ("debt", "right, right", None, False),
    ("debt", "well, okay, so what happens then?", None, False),
    ("debt", "I never said I accept", None, False),
    ("debt", "I'd accept that when hell freezes over", None, False),
    ("debt", "do not write down that I agreed to that", None, False),
    ("surgery", "that works for your calendar, not for my heart", None, False),
    ("debt", "my brother says he could live with that", None, False),
    ("sleep", "fine, whatever, I'm not doing it", None, False),
    ("debt", "Yes I heard you", None, False),
    ("disaster", "ok ok I am trying to breathe", None, False),
    ("debt", "I can do that for half of it", None, False),
    # questions with numbers, bounds and numbers misread
    ("debt", "is it true that others get 30 days?", None, False),
    ("debt", "why do you write 14 days?", None, False),
    ("debt", "0 days", None, False),
    ("debt", "1 200 days", None, False),
    ("debt", "1e9 days", None, False),
    ("sleep", "25:00", None, False),
    ("sleep", "school ends at noon", None, False),
    ("debt", "my next pay comes on the 30th, so not before that", None, False),
    ("disaster", "I have been counting, 70 minutes since the last tap", None, False),
    # offers and yeses that must still be heard
    ("debt", "no wait, 30", 30, False),
    ("debt", "I can pay in 10 days", 10, False),
    ("debt", "20 days, no wait, 30 days", 30, False),
    ("debt", "I was in hospital for 10 days. I can pay in 45 days.", 45, False),
    ("debt", "My neighbour got 90 days, I need 50", 50, False),
    ("debt", "I'll pay everything by December 20", 26, False),
    ("debt", "between 30 and 40 days", 40, False),
    ("surgery", "give me 25 days", 25, False),
    ("surgery", "How about 20 days?", 20, False),
    ("disaster", "I can hold on for 90 minutes", 90, False),
    ("disaster", "not two hours, one hour and a half", 90, False),
    ("sleep", "10:30, and that is my last word", 90, False),
    ("sleep", "let me stay up until 11", 120, False),
    ("debt", "Yes, I accept.", None, True),
    ("debt", "ok, that works for me", None, True),
    ("surgery", "Agreed. Thank you.", None, True),
    ("disaster", "yes, I'll do it", None, True),
    ("sleep", "fine, deal", None, True),
]
# fmt: on
