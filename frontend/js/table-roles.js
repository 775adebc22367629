// On a phone a table's rows are shown as cards, and Safari then no longer reads it as a table: roles say that it is one.
// They are set here, and only while the rows are cards, since HTML already says so everywhere else.

const ROLES = { TABLE: 'table', THEAD: 'rowgroup', TBODY: 'rowgroup', TR: 'row', TD: 'cell' }
const CARDS = '(max-width: 40.0525em)'

function roleOf(element) {
  if (element.tagName === 'TH') return element.scope === 'row' ? 'rowheader' : 'columnheader'
  return ROLES[element.tagName]
}

export function startTableRoles(root) {
  const cards = window.matchMedia(CARDS)
  const tables = [...root.querySelectorAll('.portal-stack')]
  const update = () => {
    for (const table of tables) {
      for (const element of [table, ...table.querySelectorAll('thead, tbody, tr, th, td')]) {
        if (cards.matches) element.setAttribute('role', roleOf(element))
        else element.removeAttribute('role')
      }
    }
  }
  if (tables.length === 0) return
  cards.addEventListener('change', update)
  if (cards.matches) update()
}
