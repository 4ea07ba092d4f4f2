/* Small parts of the start page: numbers, days, tables, sections, buttons. */

import { h } from './shared.js';

/** Hours with one digit, and none for whole ones. */
export function hours(value) {
  return String(Math.round(value * 10) / 10);
}

/** A day such as 1 February 2027; `iso` is 2027-02-01. */
export function longDay(iso) {
  return day(iso, { day: 'numeric', month: 'long', year: 'numeric' });
}

/** A day such as 1 Feb. */
export function shortDay(iso) {
  return day(iso, { day: 'numeric', month: 'short' });
}

function day(iso, form) {
  return new Date(`${iso}T00:00:00Z`).toLocaleDateString('en-GB', { ...form, timeZone: 'UTC' });
}

/** How long it is from one day to another, in words. */
export function between(from, to) {
  const days = Math.round((Date.parse(to) - Date.parse(from)) / 86400000);
  if (!(days > 0)) {
    return '';
  }
  const weeks = Math.floor(days / 7);
  const rest = days % 7;
  const words = [
    weeks ? `${weeks} ${weeks === 1 ? 'week' : 'weeks'}` : '',
    rest ? `${rest} ${rest === 1 ? 'day' : 'days'}` : ''
  ].filter(Boolean);
  return `In ${words.join(' and ')}.`;
}

/**
 * A table.
 *
 * @param heads the columns' names
 * @param rows arrays of text, or of {text, part}: shaded by `part`, 0 to 1
 * @param caption for those who listen
 * @param foot a last row, or null
 */
export function table(heads, rows, caption, foot = null) {
  const line = (cells, last = false) =>
    h(
      'tr',
      {},
      ...cells.map((cell, i) => {
        const text = cell.text ?? cell;
        const made =
          i === 0 && !last ? h('th', { scope: 'row' }, text) : h('td', {}, text);
        if (cell.part) {
          made.classList.add('mlprep-shaded');
          made.style.setProperty('--part', `${Math.round(8 + 32 * Math.min(cell.part, 1))}%`);
        }
        return made;
      })
    );
  return h(
    'table',
    {},
    h('caption', { class: 'mlprep-hidden' }, caption),
    h('thead', {}, h('tr', {}, ...heads.map(head => h('th', { scope: 'col' }, head)))),
    h('tbody', {}, ...rows.map(row => line(row))),
    foot ? h('tfoot', {}, line(foot, true)) : null
  );
}

/** A part of the page under a heading. */
export function section(name, heading, ...children) {
  const id = `mlprep-${name}`;
  return h('section', { 'aria-labelledby': id }, h('h2', { id }, heading), ...children);
}

/** A button; `key` keeps the reader's focus on it when the page is drawn again. */
export function button(label, act, kind = '', key = label) {
  const made = h('button', { type: 'button', 'data-key': key, onclick: act }, label);
  if (kind) {
    made.classList.add(`mlprep-${kind}`);
  }
  return made;
}
