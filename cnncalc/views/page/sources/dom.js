// The elements of the page that are there from the beginning, and where others are placed.

/**
 * Return the element of the page's skeleton that has an id.
 * @param {string} id without its #
 * @returns {HTMLElement} the element
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page must have an element #${id}`);
  return found;
}

/**
 * Place an element at a box.
 * @param {HTMLElement} element that is positioned absolutely
 * @param {{x: number, y: number, width: number, height: number}} box in pixels
 */
export function placeAt(element, box) {
  element.style.left = `${box.x}px`;
  element.style.top = `${box.y}px`;
  element.style.width = `${box.width}px`;
  element.style.height = `${box.height}px`;
}
