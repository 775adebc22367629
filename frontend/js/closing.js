// Closes an open menu that lies over the page with Escape, or with a press or the focus outside of it.

export function startClosing(root) {
  for (const menu of root.querySelectorAll('details[data-closes]')) {
    const closeOutside = (event) => {
      if (menu.open && !menu.contains(event.target)) menu.open = false
    }
    root.addEventListener('pointerdown', closeOutside)
    root.addEventListener('focusin', closeOutside)
    menu.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || !menu.open) return
      menu.open = false
      menu.querySelector('summary').focus()
    })
  }
}
