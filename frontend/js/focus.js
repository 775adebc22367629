// Puts the focus on the field that the address names, as a link from "There is a problem" promises.

const FIELD = 'input:not([type=hidden]), select, textarea'

/** The named field has the focus; in a group, such as a date's, the first of its fields. */
function focusNamed(root, hash) {
  const named = root.getElementById(decodeURIComponent(hash.slice(1)))
  if (!named || !named.closest('main form')) return
  const field = named.matches(FIELD) ? named : named.querySelector(FIELD)
  if (!field) return
  field.focus()
  const about = field.closest('fieldset')?.querySelector('legend') || field.labels?.[0] || field
  about.scrollIntoView()
}

export function startFocus(root) {
  focusNamed(root, location.hash)
  window.addEventListener('hashchange', () => focusNamed(root, location.hash))
}
