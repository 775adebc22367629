// Lets a text area grow with its text, where the browser's own "field-sizing: content" does not do it.

function fit(area) {
  area.style.height = 'auto'
  area.style.height = `${area.scrollHeight + area.offsetHeight - area.clientHeight}px`
}

export function startGrowing(root) {
  if (CSS.supports('field-sizing', 'content')) return
  for (const area of root.querySelectorAll('textarea')) {
    area.addEventListener('input', () => fit(area))
    if (area.value) fit(area)
  }
}
