// A search box above a long list of choices: typing leaves only the choices that match. The list stays an ordinary list.

function fold(text) {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
}

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

function searchSelect(select) {
  const all = [...select.options]
  const narrow = (wanted) => {
    const chosen = select.value
    const kept = all.filter((option) => option.value === '' || option.value === chosen || fold(option.text).includes(wanted))
    select.replaceChildren(...kept)
    const matches = kept.filter((option) => option.value !== '' && fold(option.text).includes(wanted))
    select.value = chosen
    return select.dataset.found.replace('{count}', String(matches.length))
  }
  select.before(...box(select.dataset.searchable, select.id, narrow))
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

export function startSearchableSelects(root) {
  for (const select of root.querySelectorAll('select[data-searchable]')) searchSelect(select)
  for (const list of root.querySelectorAll('div[data-searchable]')) searchBoxes(list)
}
