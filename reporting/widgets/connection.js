// Gives the page's connection its words, and tells the server when the page has come back.
export function render({ model, el }) {
  const connection = Bokeh.pageConnection
  const speak = () => {
    const { lost, cleared, ended, reload } = model
    connection.speak({ lost, cleared, ended, reload })
  }
  el.replaceChildren()
  for (const name of ['lost', 'cleared', 'ended', 'reload']) model.on(name, speak)
  speak()
  if (connection.returned) {
    connection.returned = false
    model.returns += 1
  }
}
