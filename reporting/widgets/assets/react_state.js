// Panel's React components write each state to their model from an effect, also a state that the server has just set. When
// the server sets another value before that effect runs, the effect brings the old one back, on the screen and on the
// server: a label that belongs to a value that was reset, a handle that does not return. Here a component writes only
// what it sets itself, and at once. A browser test notices when another version of Panel has other text at these places.
const component = Bokeh.Models.get('panel.models.esm.ReactComponent').prototype
const renderCode = component._render_code
component._render_code = function () {
  return renderCode
    .call(this)
    .replace('targetModel.setv({ [resolvedProp]: value })', '')
    .replace(
      'return [value, setValue]',
      `return [value, (next) => {
        const state = typeof next === 'function' ? next(targetModel.attributes[resolvedProp]) : next
        setValue(state)
        if (!target.model.events.includes(resolvedProp)) targetModel.setv({ [resolvedProp]: state })
      }]`,
    )
}
