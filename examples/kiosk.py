"""A kiosk in twenty lines: read a line, answer it, show a face, remember what was learned."""

from pathlib import Path

import emomas

LEARNED = Path("kiosk.learned")


def main() -> None:
    """Talk on standard input and output until the conversation ends."""
    agent = emomas.Agent("surgery-hip-gardener", seed=1)
    if LEARNED.exists():
        agent.load(LEARNED)
    reply = agent.open()
    while True:
        print(f"<{reply.emotion} {reply.intensity:.2f}> {reply.text}")
        if reply.closed or agent.core.turn >= agent.scenario.deadline_turns:
            break
        try:
            reply = agent.reply(input("> "))
        except EOFError:
            break
    if not agent.core.closed:
        agent.close(None)
    agent.save(LEARNED)


if __name__ == "__main__":
    main()
