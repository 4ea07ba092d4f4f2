/* The panel of Check my work: what it shows, and nothing of how it comes about. */

import { h } from './shared.js';

const UNANSWERED = 'Not answered yet.';
const MARKS = { right: '✔', 'by hand': '✎', 'grader failed': '!', unanswered: '○' };
const WORDS = {
  unanswered: 'not answered',
  right: 'right',
  'by hand': 'graded by hand',
  'grader failed': 'not graded',
  missing: 'missing'
};

/** Points without a tail of digits. */
function points(value) {
  return String(Math.round(value * 1000) / 1000);
}

/**
 * Make the panel.
 *
 * @param actions functions: check, cancel, startOver, hint(question), solution(question),
 *   show(question); hint and solution give a promise
 * @param markdown a function of Markdown text that gives a promise of an element
 */
export function makePanel(actions, markdown) {
  const title = h('h2', { class: 'mlprep-title', tabindex: -1 }, 'Check my work');
  const status = h('p', { class: 'mlprep-status', role: 'status', 'aria-live': 'polite' });
  const clock = h('span', { class: 'mlprep-clock', 'aria-hidden': 'true' });
  const bar = h('progress', { class: 'mlprep-bar', 'aria-label': 'Grading' });
  const progress = h('div', { class: 'mlprep-progress', hidden: true }, bar, clock);
  const again = button('Check again', actions.check);
  const cancel = button('Cancel', actions.cancel);
  const over = button('Start over…', actions.startOver);
  const results = h('ol', { class: 'mlprep-results', 'aria-label': 'Questions' });
  const notes = h('ul', { class: 'mlprep-notes', 'aria-label': 'Notes' });
  const node = h(
    'section',
    { class: 'mlprep-panel', 'aria-label': 'Check my work' },
    title,
    h('div', { class: 'mlprep-buttons' }, again, cancel, over),
    status,
    progress,
    results,
    notes
  );
  let timer = 0;
  working(false);

  function working(is) {
    clearInterval(timer);
    progress.hidden = cancel.hidden = !is;
    again.disabled = over.disabled = is;
    results.setAttribute('aria-busy', String(is));
    if (is) {
      const begun = Date.now();
      const tick = () => (clock.textContent = `${Math.floor((Date.now() - begun) / 1000)} s`);
      tick();
      timer = setInterval(tick, 1000);
    }
  }

  /** One sentence; `kind` "error" draws it as one. */
  function say(text, kind = '') {
    status.textContent = text;
    status.classList.toggle('mlprep-error', kind === 'error');
  }

  function clear() {
    results.replaceChildren();
    notes.replaceChildren();
  }

  function show(report) {
    clear();
    title.textContent = report.title;
    const graded = report.results.filter(result => result.status !== 'by hand');
    const right = graded.filter(result => result.status === 'right').length;
    const byHand = report.results.length - graded.length;
    say(
      `${points(report.score)} of ${points(report.max_score)} points. ` +
        `${right} of ${graded.length} questions right.` +
        (byHand ? ` ${byHand} more graded by hand.` : '')
    );
    results.append(...report.results.map(question));
    notes.append(...report.notes.map(note => h('li', {}, note)));
  }

  function question(result) {
    const status = result.message === UNANSWERED ? 'unanswered' : result.status;
    const state = WORDS[status] || 'not yet right';
    const rows = ['call', 'expected', 'got'].filter(label => result[label]);
    const item = h(
      'li',
      { class: 'mlprep-question', 'data-status': status },
      h(
        'h3',
        {},
        h('span', { class: 'mlprep-mark', 'aria-hidden': 'true' }, MARKS[status] || '✘'),
        ` ${result.question} `,
        h('span', { class: 'mlprep-hidden' }, `(${state}) `),
        h('span', { class: 'mlprep-points' },
          (status === 'by hand' ? '' : `${points(result.points)} of `) +
            `${points(result.max_points)} points`)
      ),
      h('p', {}, result.message)
    );
    if (rows.length) {
      const cells = rows.flatMap(label => [
        h('dt', {}, label),
        h('dd', {}, h('code', {}, result[label]))
      ]);
      item.append(h('dl', {}, ...cells));
    }
    item.append(...help(result));
    return item;
  }

  /** The buttons under a question, and the place where what they bring is shown. */
  function help({ question: name, status: state }) {
    const place = h('div', { class: 'mlprep-help', role: 'status', 'aria-live': 'polite' });
    const to = h('button', { type: 'button', onclick: () => actions.show(name) }, 'Go to cell');
    to.setAttribute('aria-label', `Go to the cell of ${name}`);
    const buttons = h('div', { class: 'mlprep-buttons' }, to);
    if (state !== 'by hand') {
      buttons.append(hintButton(name, place), solutionButton(name, place));
    }
    return [buttons, place];
  }

  function hintButton(name, place) {
    const list = h('ol', { class: 'mlprep-hints', 'aria-label': `Hints for ${name}` });
    return helpButton('Next hint', name, place, async made => {
      const { hints, of } = await actions.hint(name);
      list.replaceChildren();
      for (const text of hints) {
        list.append(h('li', {}, await markdown(text)));
      }
      place.prepend(list);
      const seen = hints.length;
      made.textContent = seen < of ? `Next hint (${seen} of ${of} seen)` : 'No more hints';
      made.disabled = seen >= of;
      return of ? '' : 'This question has no hints.';
    });
  }

  function solutionButton(name, place) {
    return helpButton('Worked solution', name, place, async made => {
      const { text } = await actions.solution(name);
      const solution = h('div', { class: 'mlprep-solution' }, await markdown(text));
      solution.querySelectorAll('pre').forEach((code, i) => {
        code.tabIndex = 0; // it scrolls, so the keyboard must reach it
        code.setAttribute('role', 'group');
        code.setAttribute('aria-label', `Code ${i + 1} of the worked solution of ${name}`);
      });
      place.append(solution);
      made.disabled = true;
      return '';
    });
  }

  /** A button whose errors are told below it. `act` gives what is to be said, or "". */
  function helpButton(label, name, place, act) {
    const said = h('p', { class: 'mlprep-said' });
    const made = h('button', { type: 'button' }, label);
    made.setAttribute('aria-description', `for ${name}`);
    made.addEventListener('click', async () => {
      made.disabled = true;
      let text;
      try {
        text = await act(made);
      } catch (error) {
        text = error.message;
        made.disabled = false;
      }
      said.textContent = text;
      place.append(said);
    });
    return made;
  }

  return { node, title, say, show, clear, working };
}

function button(label, act) {
  return h('button', { type: 'button', onclick: act }, label);
}
