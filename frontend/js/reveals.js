// Shows what a radio button reveals. GOV.UK Frontend's own script puts aria-expanded on radio buttons, which ARIA does not allow.

export function startReveals(root) {
  for (const group of root.querySelectorAll('[data-module="govuk-radios"]')) {
    const revealing = [...group.querySelectorAll('input[data-aria-controls]')]
    const update = () => {
      for (const radio of revealing) {
        const part = document.getElementById(radio.dataset.ariaControls)
        part?.classList.toggle('govuk-radios__conditional--hidden', !radio.checked)
      }
    }
    if (revealing.length > 0) {
      group.addEventListener('change', update)
      window.addEventListener('pageshow', update)
      update()
    }
  }
}
