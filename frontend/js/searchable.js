// Puts a search box above a long list of checkboxes: only those that match, or are ticked, are shown.
import { fold } from './search-text.js'

function box(words, id, say) {
  const label = document.createElement('label')
  label.className = 'govuk-label'
  label.htmlFor = `${id}-search`
  label.textContent = words
  const input = document.createElement('input')
  input.className = 'govuk-input govuk-!-margin-bottom-2'
  input.id = `${id}-search`
  input.type = 'search'
  input.autocomplete = 'off'
  input.spellcheck = false
  const found = document.createElement('p')
  found.className = 'govuk-visually-hidden'
  found.setAttribute('aria-live', 'polite')
  // Return in the search box must not send the form
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') event.preventDefault()
  })
  input.addEventListener('input', () => {
    found.textContent = say(fold(input.value.trim()))
  })
  return [label, input, found]
}

function searchBoxes(list) {
  const items = [...list.querySelectorAll('.govuk-checkboxes__item')]
  const narrow = (wanted) => {
    let count = 0
    for (const item of items) {
      const match = fold(item.textContent).includes(wanted)
      item.hidden = !match && !item.querySelector('input').checked
      count += match ? 1 : 0
    }
    return list.dataset.found.replace('{count}', String(count))
  }
  list.before(...box(list.dataset.searchable, list.id, narrow))
}

export function startSearchableLists(root) {
  for (const list of root.querySelectorAll('div[data-searchable]')) searchBoxes(list)
}
