// Turns a long select into a box to type in, with GOV.UK's accessible-autocomplete over the same select.
// The select stays in the form and is what the form sends. Without this script it is an ordinary select.
// A file of its own, which only pages with such a select load.
import accessibleAutocomplete from 'accessible-autocomplete'
import { fold } from './search-text.js'

/** The library writes suggestions into the page as HTML. Names come from people, so they are escaped here. */
function escaped(text) {
  const holder = document.createElement('span')
  holder.textContent = text
  return holder.innerHTML
}

/** Returns the select's hint and error as text: the library gives its box a description of its own. */
function descriptionOf(select) {
  const ids = (select.getAttribute('aria-describedby') || '').split(' ').filter(Boolean)
  return ids.map((id) => document.getElementById(id)?.textContent.trim() || '').filter(Boolean)
}

function enhance(select) {
  const options = [...select.options]
  const named = options.filter((option) => option.value !== '')
  const empty = options.find((option) => option.value === '')
  const words = select.dataset
  const id = select.id
  const texts = named.map((option) => option.text)

  const choose = (option) => {
    if (!option || option.selected) return
    option.selected = true
    select.dispatchEvent(new Event('change', { bubbles: true }))
  }

  const description = [...descriptionOf(select), words.help].join(' ')
  accessibleAutocomplete.enhanceSelectElement({
    selectElement: select,
    defaultValue: select.value === '' ? '' : select.selectedOptions[0].text,
    source: (query, show) => {
      const wanted = fold(query).split(/\s+/).filter(Boolean)
      const found = texts.filter((text) => wanted.every((word) => fold(text).includes(word)))
      const first = (text) => fold(text).startsWith(wanted[0] || '')
      show([...found.filter(first), ...found.filter((text) => !first(text))])
    },
    onConfirm: (text) => {
      if (text !== undefined) choose(named.find((option) => option.text === text))
    },
    templates: {
      inputValue: (text) => text || '',
      suggestion: (text) => escaped(text || '')
    },
    autoselect: false,
    confirmOnBlur: false,
    showAllValues: true,
    displayMenu: 'inline',
    inputClasses: select.classList.contains('govuk-select--error') ? 'govuk-input--error' : null,
    tNoResults: () => words.none,
    tStatusNoResults: () => words.none,
    tStatusQueryTooShort: () => '',
    tStatusSelectedOption: (option) => option,
    tStatusResults: (count, option) => `${words.found.replace('{count}', String(count))} ${option}`.trim(),
    tAssistiveHint: () => description
  })
  // The library hides the select by the id it had; the class works before and after it does.
  const input = document.getElementById(id)
  input.spellcheck = false
  input.dir = 'auto'

  // Text that is not one of the choices must not leave an earlier choice in place unseen.
  const settle = () => {
    const text = fold(input.value.trim())
    choose(named.find((option) => fold(option.text) === text) || empty)
  }
  input.addEventListener('blur', () => setTimeout(() => {
    if (!input.closest('.autocomplete__wrapper').contains(document.activeElement)) settle()
  }))
  select.form?.addEventListener('submit', settle, { capture: true })
}

for (const select of document.querySelectorAll('select[data-searchable]')) enhance(select)
