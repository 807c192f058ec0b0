// The elements of the page that are there from the beginning, and where others are placed.

import { make } from "./elements.js";

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
 * Return a new element that has a class, as most have.
 * @param {string} tag
 * @param {string} kind its classes
 * @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
export const classed = (tag, kind, ...children) => make(tag, { class: kind }, ...children);

/**
 * Place an element at a box.
 * @param {HTMLElement} element that is positioned absolutely
 * @param {{x: number, y: number, width: number, height: number}} box in pixels
 */
export function placeAt({ style }, { x, y, width, height }) {
  style.left = `${x}px`;
  style.top = `${y}px`;
  style.width = `${width}px`;
  style.height = `${height}px`;
}

/**
 * Return how wide a digit is in this page's font, for each pixel of its size.
 * @returns {number}
 */
export function digitWidth() {
  const context = document.createElement("canvas").getContext("2d");
  context.font = `100px ${getComputedStyle(document.body).fontFamily}`;
  return context.measureText("0").width / 100;
}
