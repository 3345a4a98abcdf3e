"""The expression language that selects clients, such as `PAY_0 >= 2 and LIMIT_BAL < 50000`.

Comparisons of a feature with numbers, strings or another feature (`== != < <= > >=`, chained as in `18 <= AGE < 30`),
`in [...]`, `not in [...]`, `is null`, `is not null`, joined by `and`, `or`, `not` and parentheses. A name that is not
written like a Python name goes in backquotes: `` `credit-amount` > 1000 ``. As in SQL, a comparison with a missing
value is neither true nor false: neither it nor its negation selects that client. The same holds where the order of a
code is asked for, which is no amount; `MONTHS == -7` finds those who have it.

The text is parsed by Python's `ast` and never evaluated; only the nodes below pass.
"""

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, and_, not_, or_

from contract.coercion import level_text
from contract.schema import Feature, FeatureSchema, FeatureType
from db.errors import FilterError
from db.queries import feature_value, find_feature, stored_value

MAX_LENGTH = 2_000
"""A filter that people can still read is far shorter; the limit keeps the parser's work small."""

MAX_DEPTH = 30
"""Levels of nesting, for the same reason: parentheses, `not`, and the parts of a dotted name."""

Clause: TypeAlias = ColumnElement[bool]

_EXAMPLE = "expected a comparison such as AGE >= 30"
_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_EQUALITIES = (ast.Eq, ast.NotEq)
_TOKENS = re.compile(r"""'[^']*'|"[^"]*"|`(?P<name>[^`]*)`|\b(?P<word>AND|OR|NOT|IN|IS)\b|(?P<space>[\r\n\t\f])""")


def parse_where(text: str, schema: FeatureSchema) -> Clause:
    """Return the SQL clause of an expression. Raises FilterError: at which column, and what was expected there."""
    return _Parser(text, schema).parse()


def named_features(text: str, schema: FeatureSchema) -> tuple[str, ...]:
    """Return the names of the features that an expression compares, each once. Raises FilterError."""
    parser = _Parser(text, schema)
    parser.parse()
    return tuple(parser.named)


class _Parser:
    """One text on its way to a clause."""

    def __init__(self, text: str, schema: FeatureSchema) -> None:
        self.schema = schema
        self.quoted: dict[int, str] = {}
        """Position → the name that stood there in backquotes."""
        self.named: dict[str, None] = {}
        """Features that were named, in order."""
        if len(text) > MAX_LENGTH:
            raise FilterError(f"a filter may have at most {MAX_LENGTH} characters", MAX_LENGTH + 1)
        if (place := text.find("\\")) >= 0:
            raise FilterError("a backslash has no meaning here", place + 1)
        source = _TOKENS.sub(self._plain_token, text)
        self.indent = len(source) - len(source.lstrip(" "))
        self.source = source[self.indent :]

    def _plain_token(self, match: re.Match[str]) -> str:
        """Replace what Python would not read by something of the same length that it does."""
        token = match.group()
        if match["name"] is not None:
            self.quoted[match.start()] = match["name"]
            return "_" * len(token)
        if match["word"]:
            return token.lower()
        return " " if match["space"] else token

    def parse(self) -> Clause:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # `1or 2` and the like: not for the user's screen
                tree = ast.parse(self.source, mode="eval")
        except SyntaxError as error:
            place = min(error.offset or len(self.source) + 1, len(self.source) + 1)  # no offset: the text ends early
            raise FilterError(_EXAMPLE, place + self.indent) from None
        except (ValueError, RecursionError, MemoryError):
            raise FilterError(_EXAMPLE, 1) from None
        self._check_depth(tree.body)
        return self._clause(tree.body)

    def _check_depth(self, root: ast.expr) -> None:
        """Refuse deep trees before anything follows them by recursion. Raises FilterError."""
        level = [root]
        for _ in range(MAX_DEPTH):
            level = [child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        if level:
            raise self._error(level[0], f"nested more than {MAX_DEPTH} deep")

    def _clause(self, node: ast.expr) -> Clause:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return and_(*map(self._clause, values))
            case ast.BoolOp(values=values):
                return or_(*map(self._clause, values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return not_(self._clause(operand))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [left, *comparators]
                return and_(*(self._comparison(*pair) for pair in zip(sides, ops, comparators, strict=False)))
            case _:
                raise self._error(node, _EXAMPLE)

    def _comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Clause:
        match op:
            case ast.Is() | ast.IsNot():
                return self._null_test(left, op, right)
            case ast.In() | ast.NotIn():
                return self._membership(left, op, right)
        first, second = self._feature(left), self._feature(right)
        if first is None and second is None:
            raise self._error(left, "expected the name of a feature on one side")
        for node, feature in ((left, first), (right, second)):
            if (
                feature
                and feature.type is FeatureType.CATEGORICAL
                and not (isinstance(op, _EQUALITIES) and not (first and second))
            ):
                raise self._error(
                    node, f"{feature.name} is a choice: compare it with ==, !=, in or is null and its levels"
                )
        read = stored_value if isinstance(op, _EQUALITIES) else feature_value  # a code has no place in an order
        sides = [
            read(feature) if feature else self._constant(node, first or second)
            for node, feature in ((left, first), (right, second))
        ]
        return _COMPARISONS[type(op)](*sides)  # type: ignore[no-any-return]

    def _null_test(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Clause:
        is_null = isinstance(right, ast.Name) and right.id.lower() == "null"
        if not is_null and not (isinstance(right, ast.Constant) and right.value is None):
            raise self._error(right, "expected null after is")
        value = stored_value(self._required_feature(left))
        return value.is_(None) if isinstance(op, ast.Is) else value.is_not(None)

    def _membership(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Clause:
        feature = self._required_feature(left)
        if not isinstance(right, ast.List | ast.Tuple) or not right.elts:
            raise self._error(right, "expected a list of values such as [1, 2]")
        values = [self._constant(element, feature) for element in right.elts]
        value = stored_value(feature)
        return value.in_(values) if isinstance(op, ast.In) else value.not_in(values)

    def _required_feature(self, node: ast.expr) -> Feature:
        feature = self._feature(node)
        if feature is None:
            raise self._error(node, "expected the name of a feature")
        return feature

    def _feature(self, node: ast.expr) -> Feature | None:
        """Return the feature that a node names; None when it is no name. A dotted name parses as attributes."""
        if not isinstance(node, ast.Name | ast.Attribute):
            return None
        column = self._column(node)
        name = self.quoted.get(column - 1) or ast.unparse(node)
        feature = find_feature(self.schema, name, column)
        self.named[feature.name] = None
        return feature

    def _constant(self, node: ast.expr, feature: Feature | None) -> float | str:
        assert feature is not None  # noqa: S101 - one side of a comparison is a feature
        sign, inner = 1, node
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            sign, inner = (-1 if isinstance(node.op, ast.USub) else 1), node.operand
        value = inner.value if isinstance(inner, ast.Constant) else None
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if feature.type is FeatureType.CATEGORICAL:
            levels = [level.value for level in feature.levels]
            level = level_text(sign * value) if number else value  # type: ignore[operator]
            if not isinstance(level, str) or level not in levels:
                raise self._error(node, f"expected a level of {feature.name}: {', '.join(levels[:20])}")
            return level
        if not number:
            raise self._error(node, f"expected a number, as {feature.name} is one")
        return self._finite(node, sign, value)

    def _finite(self, node: ast.expr, sign: int, value: Any) -> float:
        try:
            number = float(sign * value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self._error(node, "expected a number that a double can hold")
        return number

    def _column(self, node: ast.expr) -> int:
        """Return the node's place in the text as written, from 1; `ast` counts bytes of UTF-8."""
        before = self.source.encode()[: node.col_offset]
        return len(before.decode()) + self.indent + 1

    def _error(self, node: ast.expr, message: str) -> FilterError:
        return FilterError(message, self._column(node))
