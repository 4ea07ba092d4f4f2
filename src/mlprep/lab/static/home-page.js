/* The start page: what it shows, and nothing of how it comes about. */

import { makeForm } from './home-form.js';
import { mocksSection } from './home-mocks.js';
import { button, hours, longDay, section, shortDay, table } from './home-parts.js';
import { h } from './shared.js';

const MOST_MISSED = 5; // the others are folded away

/**
 * Make the page.
 *
 * @param actions functions: open(path, question), choose({track, interview, hours}), which gives a
 *   promise, download(kind), hold() a mock interview, refresh()
 */
export function makePage(actions) {
  const title = h('h1', { tabindex: -1 }, 'Start page');
  const lead = h('p', { class: 'mlprep-lead' });
  const status = h('p', { class: 'mlprep-say', role: 'status', 'aria-live': 'polite' });
  const notes = h('ul', { class: 'mlprep-home-notes', 'aria-label': 'Notes' });
  const top = h('div', { class: 'mlprep-form-place' });
  const body = h('div', { class: 'mlprep-home-body' });
  const node = h(
    'div',
    { class: 'mlprep-home-page' },
    title,
    lead,
    status,
    notes,
    top,
    body
  );
  let data = null;
  let form = null;

  /** One sentence about what was done. */
  function say(text) {
    status.textContent = text;
    status.classList.remove('mlprep-error');
  }

  /** One sentence about what could not be done. */
  function fail(text) {
    status.textContent = text;
    status.classList.add('mlprep-error');
    if (data === null && !body.childElementCount) {
      body.append(button('Try again', actions.refresh, 'primary'));
    }
  }

  function openForm(isFirst) {
    form = makeForm(data, isFirst, actions.choose, () => {
      closeForm();
      draw();
      node.querySelector('[data-key="change"]')?.focus();
    });
    top.replaceChildren(form);
  }

  function closeForm() {
    form = null;
    top.replaceChildren();
  }

  function show(next) {
    data = next;
    if (status.classList.contains('mlprep-error')) {
      say('');
    }
    notes.replaceChildren(...data.notes.map(note => h('li', {}, note)));
    if (!data.plan && !form) {
      openForm(true);
    } else if (data.plan && form?.dataset.first) {
      closeForm(); // chosen in another tab
    }
    draw();
  }

  /** Draw all but the form; the place of the reader's focus stays. */
  function draw() {
    const key = node.contains(document.activeElement) && document.activeElement.dataset.key;
    title.textContent = data.plan ? 'Your plan' : 'Prepare for your interview';
    lead.replaceChildren(...leadOf());
    body.replaceChildren(...(data.plan ? planned() : [otherwise()]));
    if (key) {
      [...node.querySelectorAll('[data-key]')].find(e => e.dataset.key === key)?.focus();
    }
  }

  function leadOf() {
    if (!data.plan) {
      return ['Three questions first. Your plan follows from them, and you can change them later.'];
    }
    const { track, interview, hours: week } = data.settings;
    const days = `${data.days_left} ${data.days_left === 1 ? 'day' : 'days'}`;
    const { label } = data.tracks.find(each => each.name === track);
    const change = button('Change', () => openForm(false) || form.start(), 'quiet', 'change');
    change.setAttribute('aria-label', 'Change track, interview date or hours');
    return [
      h('strong', {}, label),
      ` · interview on ${longDay(interview)}, in ${days} · ${hours(week)} hours a week `,
      change
    ];
  }

  function otherwise() {
    return h(
      'p',
      { class: 'mlprep-otherwise' },
      'Only looking? ',
      data.list ? button('Open the list of all units', () => actions.open(data.list), 'quiet') : null
    );
  }

  function planned() {
    return [
      h(
        'div',
        { class: 'mlprep-columns' },
        h('div', { class: 'mlprep-column' }, now(), again(), missed()),
        h('div', { class: 'mlprep-column' }, thisWeek())
      ),
      progress(),
      mocksSection(data.mocks, actions.hold),
      weeks(),
      files()
    ];
  }

  // What to do

  function now() {
    const step = data.next;
    const unit = unitOf(step.unit);
    const buttons = h('div', { class: 'mlprep-buttons' });
    let heading = step.title;
    let text = step.why;
    const spent = step.minutes ? `about ${step.minutes} minutes` : '';
    const { taken, path, lesson, question } = data.diagnostic;
    const isDiagnostic = !taken && path && step.unit && path === unit.assignment;
    if (isDiagnostic) {
      heading = 'Take the diagnostic';
      text =
        'It finds your gaps, and the plan gives them more of your hours. Answer what you know, ' +
        'look nothing up, then press Check my work above the notebook.';
      add('Open the diagnostic', path, question, 'primary');
      add('Read about it first', lesson);
    } else if (step.kind === 'lesson') {
      add('Open the lesson', step.path, '', 'primary');
      add('Open its assignment', unit.assignment);
    } else if (step.kind === 'assignment') {
      add('Open the assignment', step.path, '', 'primary');
      add('Open its lesson', unit.lesson);
    } else if (step.kind === 'repeat') {
      heading = `${step.question} again`;
      add('Open the question', step.path, step.question, 'primary');
      add('Open its lesson', unit.lesson);
    } else {
      heading = step.kind === 'rest' ? 'Rest' : 'Practise';
      add('Open the list of all units', data.list);
    }
    return h(
      'section',
      { class: 'mlprep-card mlprep-now', 'aria-labelledby': 'mlprep-now' },
      h('h2', { id: 'mlprep-now' }, 'Now'),
      h('p', { class: 'mlprep-what' }, heading),
      isDiagnostic || !spent ? null : h('p', { class: 'mlprep-spent' }, spent),
      h('p', {}, text),
      buttons
    );

    function add(label, to, cell = '', kind = '') {
      if (to) {
        buttons.append(button(label, () => actions.open(to, cell), kind, `now ${to} ${cell}`));
      }
    }
  }

  function again() {
    const { kind, unit: name, question } = data.next;
    const now = data.due.findIndex(
      repeat => kind === 'repeat' && repeat.unit === name && repeat.question === question
    );
    const due = data.due.filter((_, i) => i !== now);
    if (!due.length && !data.coming.length) {
      return null;
    }
    const rows = due.map(repeat => {
      const unit = unitOf(repeat.unit);
      const go = button(
        'Solve it again',
        () => actions.open(unit.assignment, repeat.question),
        '',
        `again ${repeat.unit} ${repeat.question} ${repeat.mistake}`
      );
      go.setAttribute('aria-label', `Solve ${repeat.question} again`);
      const times = repeat.times > 1 ? ` Made ${repeat.times} times.` : '';
      return h(
        'li',
        { class: 'mlprep-row' },
        h(
          'div',
          {},
          h('p', {}, h('code', {}, repeat.question), ` · ${unit.title}`),
          h('p', { class: 'mlprep-dim' }, `Last time: ${repeat.message}${times}`)
        ),
        unit.assignment ? go : null
      );
    });
    const next = data.coming[0];
    const later = next
      ? `${data.coming.length} more later, the next on ${shortDay(next.due)} (${next.question}).`
      : '';
    const rule = 'Mistakes come back after 1, 3, 7 and 21 days. Empty your answer and write it anew.';
    return section(
      'again',
      due.length < data.due.length && rows.length ? 'Also due again' : 'Due again',
      h('p', { class: 'mlprep-dim' }, data.due.length ? rule : 'Nothing is due today.'),
      rows.length ? h('ul', { class: 'mlprep-list' }, ...rows) : null,
      later ? h('p', { class: 'mlprep-dim' }, later) : null
    );
  }

  function missed() {
    const planned = data.plan.weeks[0].stages.flatMap(stage => stage.units.map(unit => unit.unit));
    const left = data.missed.filter(name => !planned.includes(name)); // the others are marked there
    if (!left.length) {
      return null;
    }
    const rows = left.map(name => unitRow(unitOf(name)));
    return section(
      'missed',
      'Missed so far',
      h('p', { class: 'mlprep-dim' }, 'Planned for days that are over, and not done yet.'),
      h('ul', { class: 'mlprep-list' }, ...rows.slice(0, MOST_MISSED)),
      rows.length > MOST_MISSED
        ? h(
            'details',
            {},
            h('summary', {}, `And ${rows.length - MOST_MISSED} more`),
            h('ul', { class: 'mlprep-list' }, ...rows.slice(MOST_MISSED))
          )
        : null
    );
  }

  function thisWeek() {
    const [week] = data.plan.weeks;
    const beside = data.beside.map(each => each.stage);
    const groups = week.stages.map(stage => {
      const practice = stage.practice_hours > 0.05 && stage.practice;
      const left = hours(stage.practice_hours);
      return h(
        'div',
        { class: 'mlprep-group' },
        h(
          'h3',
          {},
          stage.stage,
          h('span', { class: 'mlprep-hours' }, ` ${hours(stage.hours)} h`),
          beside.includes(stage.stage) ? h('span', { class: 'mlprep-dim' }, ' beside the rest') : null
        ),
        stage.units.length
          ? h(
              'ul',
              { class: 'mlprep-list' },
              ...stage.units.map(each => unitRow(unitOf(each.unit), `${hours(each.hours)} h`))
            )
          : null,
        practice
          ? h('p', {}, `Practice${stage.units.length ? `, ${left} h` : ''}: ${stage.practice}`)
          : null
      );
    });
    const days = `${shortDay(week.first)} – ${shortDay(week.last)}`;
    const heading = `This week: ${hours(week.hours)} hours, ${days}`;
    return section('week', heading, ...groups);
  }

  function unitRow(unit, more = '') {
    const links = [
      ...(unit.lesson ? [{ label: 'Lesson', path: unit.lesson }] : []),
      ...unit.assignments
    ].map(({ label, path }) => {
      const made = button(label, () => actions.open(path), '', `${label} ${path}`);
      made.setAttribute('aria-label', `${label}: ${unit.title}`);
      return made;
    });
    const state = unit.state === 'not begun' ? '' : `${Math.round(unit.part * 100)}% right`;
    const late = more && data.missed.includes(unit.unit) ? 'missed so far' : '';
    const about = [more, state, late].filter(Boolean).join(' · ');
    return h(
      'li',
      { class: 'mlprep-row' },
      h('div', {}, h('p', {}, unit.title), about ? h('p', { class: 'mlprep-dim' }, about) : null),
      h('div', { class: 'mlprep-buttons' }, ...links)
    );
  }

  // How far, how long

  function progress() {
    const { taken, scores, gaps } = data.diagnostic;
    const topics = Object.values(scores);
    const known = topics.filter(score => score >= 0.5).length;
    const rows = data.areas.map(area => [
      area.title,
      `${area.done} of ${area.units}`,
      hours(area.minutes / 60),
      `${Math.round(area.part * 100)}%`
    ]);
    return section(
      'progress',
      'Progress by area',
      h(
        'div',
        { class: 'mlprep-beside' },
        picture(),
        table(['Area', 'Units done', 'Hours in all', 'Done'], rows, 'Progress by area, in numbers')
      ),
      taken
        ? h(
            'p',
            { class: 'mlprep-diagnostic' },
            `Diagnostic: ${known} of ${topics.length} topics known. `,
            gaps.length ? `Gaps: ${gaps.map(name => name.replaceAll('_', ' ')).join(', ')}.` : ''
          )
        : null
    );
  }

  function picture() {
    const parsed = new DOMParser().parseFromString(data.picture, 'image/svg+xml');
    const drawing = document.importNode(parsed.documentElement, true);
    drawing.removeAttribute('width');
    drawing.removeAttribute('height');
    drawing.classList.add('mlprep-picture');
    return drawing;
  }

  function weeks() {
    const { plan } = data;
    const stages = plan.stages.filter(stage => stage.hours > 0.05);
    const rows = plan.weeks.map(week => [
      `${week.number}`,
      `${shortDay(week.first)} – ${shortDay(week.last)}`,
      ...stages.map(({ name }) => {
        const spent = week.stages.find(each => each.stage === name)?.hours || 0;
        return { text: spent > 0.05 ? hours(spent) : '', part: spent / week.hours };
      }),
      hours(week.hours)
    ]);
    const heads = ['Week', 'Days', ...stages.map(stage => stage.name), 'All'];
    const foot = ['', 'All', ...stages.map(stage => hours(stage.hours)), hours(plan.available)];
    const drawn = table(heads, rows, 'Hours by week and stage', foot);
    drawn.querySelector('tbody tr')?.setAttribute('aria-current', 'date');
    const cut = plan.cut.map(each =>
      h('li', {}, `${each.title} (${hours(each.hours)} h): ${each.why}.`)
    );
    const scroller = h(
      'div',
      { class: 'mlprep-scroller', tabindex: 0, role: 'group', 'aria-label': 'Hours by week' },
      drawn
    );
    return section(
      'weeks',
      'Hours by week and stage',
      scroller,
      ...plan.notes.map(note => h('p', {}, note)),
      cut.length
        ? h('details', {}, h('summary', {}, `Left out: ${cut.length}`), h('ul', {}, ...cut))
        : null
    );
  }

  function files() {
    const download = (kind, label) => button(label, () => actions.download(kind), '', kind);
    return section(
      'files',
      'Yours to keep',
      h(
        'div',
        { class: 'mlprep-buttons' },
        download('ics', 'Calendar (.ics)'),
        download('json', 'Everything recorded (.json)'),
        download('csv', 'Results (.csv)'),
        data.list ? button('List of all units', () => actions.open(data.list), '', 'list') : null
      ),
      h('p', { class: 'mlprep-dim' }, 'Your record stays on this machine, in work/attempts.db, with a ' +
        'back-up beside it.')
    );
  }

  function unitOf(name) {
    return data.units.find(unit => unit.unit === name) || { title: name, assignments: [] };
  }

  return { node, title, say, fail, show, closeForm };
}
