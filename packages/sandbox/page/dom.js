/**
 * Small helpers for elements. Text is always set as text, never as markup.
 */

const svgNamespace = "http://www.w3.org/2000/svg"

/**
 * The element of `index.html` with an id.
 *
 * @template {HTMLElement} [E=HTMLElement]
 * @param {string} id
 * @param {abstract new () => E} [type]
 * @returns {E}
 */
export const byId = (id, type) => {
  const found = document.getElementById(id)
  if (!(found instanceof (type ?? HTMLElement))) throw new Error(`the page has no element #${id} of this type`)
  return /** @type {E} */ (found)
}

/**
 * The field of a form with a name.
 *
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export const fieldOf = (form, name) =>
  /** @type {HTMLInputElement | HTMLSelectElement} */ (form.elements.namedItem(name)) // the forms of `index.html`

const fill = (element, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, "")
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value))
  }
  element.append(...children.filter((child) => child !== undefined))
  return element
}

export const h = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children)

export const s = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS(svgNamespace, tag), attributes, children)

/** Sets a text only if it differs, so that selections and screen readers are not disturbed. */
export const setText = (element, text) => {
  if (element.textContent !== text) element.textContent = text
}

export const setAttribute = (element, name, value) => {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}

export const setClass = (element, classes) => setAttribute(element, "class", classes)

const keys = new WeakMap()

/**
 * Shows items as the children of an element. An item keeps its child, with its focus and its selection, as long as its
 * key stays the same.
 */
export const sync = (parent, items, keyOf, create, update) => {
  const old = new Map([...parent.children].map((child) => [keys.get(child), child]))
  let place = parent.firstElementChild
  for (const item of items) {
    const key = keyOf(item)
    let child = old.get(key)
    old.delete(key)
    if (child === undefined) {
      child = create(item)
      keys.set(child, key)
    }
    update(child, item)
    if (child === place) place = place.nextElementSibling
    else parent.insertBefore(child, place)
  }
  for (const child of old.values()) child.remove()
}

/** Keeps the choice of the select. */
export const syncOptions = (select, options) => {
  const { value } = select
  sync(
    select,
    options,
    (option) => option.value,
    (option) => h("option", { value: option.value }),
    (element, option) => setText(element, option.text)
  )
  if (options.some((option) => option.value === value)) select.value = value
}

/** Removes the oldest elements beyond `limit`. */
export const prepend = (list, elements, limit) => {
  list.prepend(...elements.toReversed())
  while (list.children.length > limit) list.lastElementChild?.remove()
}

/** Calls back now and at each change. */
export const onSize = (element, callback) => {
  new ResizeObserver(([entry]) => {
    const { height, width } = entry.contentRect
    callback(Math.round(width), Math.round(height))
  }).observe(element)
}

/**
 * A dialog with a form. `submit` receives a function that reads a field. The dialog closes if `submit` succeeds, and
 * shows the error if it fails. Returns a function that opens the dialog.
 */
export const makeDialog = (id, submit) => {
  const dialog = byId(id, HTMLDialogElement)
  const form = dialog.querySelector("form")
  const result = dialog.querySelector(".result")
  const read = (name) => fieldOf(form, name).value.trim()
  dialog.querySelector('button[type="button"]').addEventListener("click", () => dialog.close())
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    try {
      await submit(read)
      dialog.close()
    } catch (error) {
      setText(result, error.message)
    }
  })
  return () => {
    form.reset()
    setText(result, "")
    dialog.showModal()
  }
}
