/* Mock interviews on the start page: how many, where the marks go, what to fix, what to hold. */

import { button, section, shortDay, table } from './home-parts.js';
import { h } from './shared.js';

/**
 * The section.
 *
 * @param mocks what mlprep.mock.summary says
 * @param hold what the button does
 */
export function mocksSection(mocks, hold) {
  const { held, last, open, fixes, next, rounds } = mocks;
  const done = held
    ? `${held} held, the last on ${shortDay(last)}.`
    : 'None held yet. You are asked, you speak, the clock runs; then you mark yourself, and ' +
      'somebody beside you or in a call does too.';
  return section(
    'mocks',
    'Mock interviews',
    h('p', {}, `${done} Hold next: `, h('strong', {}, next.title), ` (${next.why}).`),
    open
      ? h('p', {}, `The mock of ${shortDay(open.day)}, ${open.title}, is ${open.state}: go on with it.`)
      : null,
    fixes.length ? h('ul', { class: 'mlprep-fixes' }, ...fixes.map(fixRow)) : null,
    h('div', { class: 'mlprep-buttons' }, button(open ? 'Go on with it' : 'Hold a mock', hold, '', 'hold')),
    rounds.length ? h('div', { class: 'mlprep-mocks' }, ...rounds.map(round)) : null
  );
}

function fixRow({ name, fix }) {
  return h('li', {}, `To fix in the next ${name} mock: `, h('strong', {}, fix));
}

/** A round's axes, each with its marks from the first to the last. */
function round({ title, held, level, axes }) {
  const rows = axes.map(({ axis, self, peer, change }) => [
    axis,
    marks(self),
    marks(peer),
    change === null ? '' : `${change > 0 ? '+' : ''}${change}`.replace('-', '−')
  ]);
  const times = held === 1 ? 'once' : `${held} times`;
  return h(
    'div',
    {},
    h('h3', {}, title, h('span', { class: 'mlprep-hours' }, ` held ${times}, last: ${level}`)),
    table(['Axis', 'You', 'Peer', 'Change'], rows, `${title}: marks from the first mock to the last`)
  );
}

/** Marks in the order of time; – where there is none, nothing where all are missing. */
function marks(values) {
  const isEmpty = values.every(value => value === null);
  return isEmpty ? '' : values.map(value => value ?? '–').join(' → ');
}
