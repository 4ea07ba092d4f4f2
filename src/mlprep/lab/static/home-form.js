/* The form of the start page: track, interview, hours a week. The server says what is wrong. */

import { between } from './home-parts.js';
import { h } from './shared.js';

/**
 * Make the form.
 *
 * @param data what the page shows: tracks, suggested, today
 * @param isFirst whether nothing was chosen yet: then there is nothing to go back to
 * @param choose a function of {track, interview, hours} that gives a promise
 * @param cancel what happens when the reader changes their mind
 */
export function makeForm(data, isFirst, choose, cancel) {
  const errors = {};
  const given = data.suggested;

  const tracks = data.tracks.map(track => {
    const input = h('input', {
      type: 'radio',
      name: 'mlprep-track',
      value: track.name,
      checked: track.name === given.track,
      'aria-describedby': 'mlprep-track-error'
    });
    return h(
      'label',
      { class: 'mlprep-choice' },
      input,
      h(
        'span',
        {},
        h('strong', {}, track.label),
        h('span', { class: 'mlprep-dim' }, track.stages.join(' → ')),
        track.beside.length
          ? h('span', { class: 'mlprep-dim' }, `Beside it: ${track.beside.join(', ')}`)
          : null
      )
    );
  });
  const interview = h('input', {
    id: 'mlprep-interview',
    type: 'date',
    value: given.interview,
    'aria-describedby': 'mlprep-interview-hint mlprep-interview-error'
  });
  const far = h('span', { id: 'mlprep-interview-hint', class: 'mlprep-dim' });
  const tell = () => (far.textContent = between(data.today, interview.value));
  interview.addEventListener('input', tell);
  tell();
  const week = h('input', {
    id: 'mlprep-hours',
    type: 'number',
    step: 'any',
    inputmode: 'decimal',
    value: given.hours,
    'aria-describedby': 'mlprep-hours-error'
  });
  const failed = h('p', { class: 'mlprep-field-error', 'aria-live': 'polite' });
  const submit = h(
    'button',
    { type: 'submit', class: 'mlprep-primary', 'data-key': 'submit' },
    isFirst ? 'Make my plan' : 'Change my plan'
  );
  const form = h(
    'form',
    {
      class: 'mlprep-card mlprep-form',
      novalidate: true,
      'aria-label': isFirst ? 'Make a plan' : 'Change the plan',
      'data-first': isFirst,
      onsubmit: send
    },
    h(
      'fieldset',
      {},
      h('legend', {}, 'Which interview do you prepare for?'),
      h('div', { class: 'mlprep-choices' }, ...tracks),
      error('track')
    ),
    h(
      'div',
      { class: 'mlprep-fields' },
      h(
        'div',
        {},
        h('label', { for: 'mlprep-interview' }, 'When is it, roughly?'),
        h('div', { class: 'mlprep-field' }, interview, far),
        error('interview')
      ),
      h(
        'div',
        {},
        h('label', { for: 'mlprep-hours' }, 'How many hours a week do you have?'),
        h('div', { class: 'mlprep-field' }, week, h('span', { class: 'mlprep-dim' }, 'hours')),
        error('hours')
      )
    ),
    h(
      'div',
      {},
      h(
        'div',
        { class: 'mlprep-buttons' },
        submit,
        isFirst ? null : h('button', { type: 'button', onclick: cancel }, 'Keep it as it is')
      ),
      failed
    )
  );
  const inputs = { track: tracks[0].querySelector('input'), interview, hours: week };
  form.start = () => interview.focus();

  /** The place of a field's error: empty, and read aloud when it is filled. */
  function error(name) {
    errors[name] = h('p', {
      id: `mlprep-${name}-error`,
      class: 'mlprep-field-error',
      'aria-live': 'polite'
    });
    return errors[name];
  }

  async function send(event) {
    event.preventDefault();
    submit.disabled = true;
    mark({});
    try {
      const track = form.querySelector('input[name=mlprep-track]:checked')?.value || '';
      await choose({ track, interview: interview.value, hours: week.value });
    } catch (problem) {
      const fields = problem.fields || {};
      mark(fields);
      failed.textContent = Object.keys(fields).length ? '' : problem.message;
    } finally {
      submit.disabled = false;
    }
    form.querySelector('[aria-invalid=true]')?.focus();
  }

  function mark(fields) {
    failed.textContent = '';
    for (const [name, place] of Object.entries(errors)) {
      place.textContent = fields[name] || '';
      inputs[name].toggleAttribute('aria-invalid', false);
      if (fields[name]) {
        inputs[name].setAttribute('aria-invalid', 'true');
      }
    }
  }

  return form;
}
