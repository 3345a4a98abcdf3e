"""What the server sets stays set: no widget brings back a value that was replaced while the browser was drawing it."""

import pytest

pytestmark = [pytest.mark.broker, pytest.mark.database, pytest.mark.browser]

REPLACE_WHILE_DRAWING = """async ([kind, name, first, second]) => {
  const models = [...Bokeh.documents[0]._all_models.values()]
  const model = models.find((model) => model.class_name === kind).data
  const roots = [document]
  for (const root of roots) {
    for (const element of root.querySelectorAll('*')) if (element.shadowRoot) roots.push(element.shadowRoot)
  }
  const drawn = new Promise((resolve) => {
    const observer = new MutationObserver(() => {
      observer.disconnect()
      model[name] = second
      resolve()
    })
    const everything = { subtree: true, childList: true, attributes: true, characterData: true }
    for (const root of roots) observer.observe(root, everything)
  })
  model[name] = first
  await drawn
  for (let frame = 0; frame < 3; frame++) {
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))
  }
  return model[name]
}"""
"""Set a property, as a message of the server does, and another value as soon as React has drawn the first one."""

REPETITIONS = 20
"""React decides which of its effects run later; without the page's own script, a third of the values came back."""


def test_a_value_that_the_server_replaced_does_not_come_back(dashboard, screen) -> None:
    advisor = screen(dashboard)
    advisor.wait_for_clients()
    advisor.page.get_by_role("slider").first.wait_for()

    def replace(kind: str, name: str, first: object, second: object) -> object:
        return advisor.page.evaluate(REPLACE_WHILE_DRAWING, [kind, name, first, second])

    for turn in range(REPETITIONS):
        assert replace("Button", "label", f"first {turn}", f"second {turn}") == f"second {turn}"
        assert replace("RangeSlider", "value", [30_000 + turn, 90_000], [20_000 + turn, 80_000]) == [
            20_000 + turn,
            80_000,
        ]
