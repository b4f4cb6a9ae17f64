"""The oracle's expressions: text to tree, tree to value."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

Value = int | float | bool
Node = tuple[Any, ...]

I64_MIN, I64_MAX = -(2**63), 2**63 - 1


class EvaluationError(Exception):
    """An expression has no value: the chart sees `error.execution`."""


class ExpressionSyntaxError(EvaluationError):
    """The text is not an expression of the grammar."""


# ---------------------------------------------------------------- expressions: text -> tree

TOKEN = re.compile(
    r"""\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
          | (?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)
          | (?P<text>'[^']*'|"[^"]*")
          | (?P<symbol>===|!==|==|!=|<=|>=|&&|\|\||[-+*/%<>!()]))""",
    re.VERBOSE | re.ASCII,
)
SPELLINGS = {"&&": "and", "||": "or", "===": "==", "!==": "!="}
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
BINARY = {"or": 1, "and": 2, **dict.fromkeys(COMPARISONS, 4), "+": 5, "-": 5, "*": 6, "/": 6, "%": 6}
NOT, UNARY = 3, 7
EVENT_NAME = "_event.name"


class Token(NamedTuple):
    kind: str
    text: str


def tokenise(text: str) -> list[Token]:
    tokens, at, end = [], 0, len(text.rstrip())
    while at < end:
        match = TOKEN.match(text, at)
        if match is None:
            raise ExpressionSyntaxError(f"unexpected {text[at:]!r} in {text!r}")
        kind, word = match.lastgroup or "", match.group(match.lastgroup or 0)
        word = SPELLINGS.get(word, word)
        tokens.append(Token("symbol" if word in ("and", "or", "not", "!") else kind, word))
        at = match.end()
    return [*tokens, Token("end", "")]


class Parser:
    """Precedence climbing: or < and < not < comparison < + - < * / % < unary - and !."""

    def __init__(self, text: str) -> None:
        self.text, self.tokens, self.at = text, tokenise(text), 0

    def parse(self) -> Node:
        tree = self.expression(1)
        if self.peek().kind != "end":
            self.fail()
        return tree

    def peek(self) -> Token:
        return self.tokens[self.at]

    def take(self) -> Token:
        token = self.peek()
        self.at += token.kind != "end"
        return token

    def accept(self, symbol: str) -> bool:
        found = self.peek() == ("symbol", symbol)
        self.at += found
        return found

    def expect(self, symbol: str) -> None:
        if not self.accept(symbol):
            self.fail()

    def fail(self) -> None:
        raise ExpressionSyntaxError(f"unexpected {self.peek().text!r} in {self.text!r}")

    def binary(self) -> str | None:
        token = self.peek()
        return token.text if token.kind == "symbol" and token.text in BINARY else None

    def expression(self, level: int) -> Node:
        left = self.prefix(level)
        while (op := self.binary()) and BINARY[op] >= level:
            self.take()
            left = (op, left, self.expression(BINARY[op] + 1))
            if op in COMPARISONS and self.binary() in COMPARISONS:
                self.fail()  # a < b < c has no meaning here
        return left

    def prefix(self, level: int) -> Node:
        if level <= NOT and self.accept("not"):
            return ("not", self.expression(NOT))
        if self.accept("!"):
            return ("not", self.expression(UNARY))
        if self.accept("-"):
            return ("negate", self.expression(UNARY))
        return self.primary()

    def primary(self) -> Node:
        if self.accept("("):
            tree = self.expression(1)
            self.expect(")")
            return tree
        if self.peek().kind == "number":
            return ("literal", number(self.take().text))
        if self.peek().kind == "name":
            return self.named(self.take().text)
        if self.peek().kind == "text":
            text = self.take().text[1:-1]
            return self.event_name(text, self.equality(), self.take() == ("name", EVENT_NAME))
        self.fail()
        raise AssertionError

    def named(self, name: str) -> Node:
        if name in ("true", "false"):
            return ("literal", name == "true")
        if name == EVENT_NAME:
            op, text = self.equality(), self.take()
            return self.event_name(text.text[1:-1], op, text.kind == "text")
        if name != "In":
            return ("name", name)
        self.expect("(")
        if self.peek().kind != "text":
            self.fail()
        state = self.take().text[1:-1]
        self.expect(")")
        return ("In", state)

    def equality(self) -> str:
        op = self.take()
        return op.text if op.kind == "symbol" and op.text in ("==", "!=") else ""

    def event_name(self, text: str, op: str, whole: bool) -> Node:
        """The event's name is no value: it can only be compared with a text."""
        if not (op and whole):
            self.fail()
        return ("event is", text) if op == "==" else ("not", ("event is", text))


def number(text: str) -> Value:
    if not text.isdigit():
        return float(text)
    if int(text) > I64_MAX:
        raise ExpressionSyntaxError(f"{text} does not fit 64 bits")
    return int(text)


@lru_cache(maxsize=65536)
def parse(text: str) -> Node:
    return Parser(text).parse()


def named_in(kind: str, tree: Node) -> list[str]:
    """What an expression names: `kind` is "name" or "In"."""
    if tree[0] == kind:
        return [tree[1]]
    return [name for part in tree[1:] if isinstance(part, tuple) for name in named_in(kind, part)]


# ---------------------------------------------------------------- expressions: tree -> value


def evaluate(
    tree: Node,
    name: Callable[[str], Value],
    is_in: Callable[[str], bool],
    event_is: Callable[[str], bool] = lambda _: False,
) -> Value:
    def value(node: Node) -> Value:
        match node:
            case ("literal", constant):
                return constant
            case ("name", text):
                return name(text)
            case ("In", state):
                return is_in(state)
            case ("event is", text):
                return event_is(text)
            case ("not", operand):
                return not truth(value(operand))
            case ("negate", operand):
                return subtract_from_zero(value(operand))
            case ("and", left, right):
                return truth(value(left)) and truth(value(right))
            case ("or", left, right):
                return truth(value(left)) or truth(value(right))
            case (op, left, right) if op in COMPARISONS:
                return compare(op, value(left), value(right))
            case (op, left, right):
                return arithmetic(op, value(left), value(right))
        raise AssertionError(node)

    return value(tree)


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def truth(value: Value) -> bool:
    if not isinstance(value, bool):
        raise EvaluationError("a boolean is needed")
    return value


def numbers(left: Value, right: Value) -> tuple[Value, Value]:
    """Two ints stay ints; an int beside a float becomes one, as 64-bit hardware would make it."""
    if not (is_number(left) and is_number(right)):
        raise EvaluationError("a number is needed")
    both_int = isinstance(left, int) and isinstance(right, int)
    return (left, right) if both_int else (float(left), float(right))


def checked(value: int) -> int:
    if not I64_MIN <= value <= I64_MAX:
        raise EvaluationError("integer overflow")
    return value


def subtract_from_zero(value: Value) -> Value:
    if not is_number(value):
        raise EvaluationError("a number is needed")
    return checked(-value) if isinstance(value, int) else -value


def compare(op: str, left: Value, right: Value) -> bool:
    if isinstance(left, bool) and isinstance(right, bool):
        if op not in ("==", "!="):
            raise EvaluationError("booleans have no order")
    else:
        left, right = numbers(left, right)
    return {
        "==": left == right, "!=": left != right, "<": left < right,
        "<=": left <= right, ">": left > right, ">=": left >= right,
    }[op]  # fmt: skip


def arithmetic(op: str, left: Value, right: Value) -> Value:
    left, right = numbers(left, right)
    if op in "/%" and right == 0:
        raise EvaluationError("division by zero")
    whole = isinstance(left, int)
    match op:
        case "+":
            result = left + right
        case "-":
            result = left - right
        case "*":
            result = left * right
        case "/":
            return divide_ints(left, right) if whole else left / right
        case _:
            return remainder_of_ints(left, right) if whole else remainder_of_floats(left, right)
    return checked(result) if whole else result


def divide_ints(left: int, right: int) -> Value:
    return checked(left // right) if left % right == 0 else float(left) / float(right)


def remainder_of_ints(left: int, right: int) -> int:
    """The sign of the dividend; MIN % -1 overflows as it does in hardware."""
    checked(left // right)
    size = abs(left) % abs(right)
    return -size if left < 0 else size


def remainder_of_floats(left: float, right: float) -> float:
    return math.nan if math.isinf(left) else math.fmod(left, right)


def converted(value: Value, like: Value) -> Value:
    """`value` as the declared type of a variable, whose current value is `like`."""
    if isinstance(like, bool):
        return truth(value)
    if not is_number(value):
        raise EvaluationError("a number is needed")
    if isinstance(like, float):
        return float(value)
    if isinstance(value, float):
        if not value.is_integer():
            raise EvaluationError("an int variable cannot hold a fraction")
        return checked(int(value))
    return value
