/* The clock of a mock interview, above every open notebook while one is under way. */

import { client, h, useStyle } from './shared.js';

const NAME = 'mlprep-mock-clock';

export function plugin(libraries) {
  return {
    id: 'mlprep:mock',
    description: 'The clock of the mock interview that is under way',
    autoStart: true,
    requires: [libraries.notebook.INotebookTracker],
    activate: (app, tracker) => {
      useStyle('mock.css');
      const clock = new Clock(libraries, tracker);
      app.docRegistry.addWidgetExtension('Notebook', {
        createNew: panel => {
          panel.context.ready.then(() => clock.watch(panel));
        }
      });
    }
  };
}

/** Whether a mock is held in a cell. */
function isMock(cell) {
  return cell.type === 'code' && /^%mock\b/m.test(cell.sharedModel.getSource());
}

/** 12:05 for 725 seconds. */
function minutes(seconds) {
  const whole = Math.floor(seconds);
  return [Math.floor(whole / 60), whole % 60].map(part => String(part).padStart(2, '0')).join(':');
}

class Clock {
  constructor(libraries, tracker) {
    Object.assign(this, { libraries, tracker });
    this.ask = client(libraries);
    this.mock = null; // {title, step, minutes, begun} of the one under way
    this.widgets = new Map(); // by panel
    this.timer = 0;
    this.turn = 0;
    window.addEventListener('focus', () => this.refresh());
    libraries.notebook.NotebookActions.executed.connect((_, { cell }) => {
      if (isMock(cell.model)) {
        this.refresh();
      }
    });
  }

  /** A notebook was opened. */
  watch(panel) {
    panel.disposed.connect(() => this.widgets.delete(panel));
    this.refresh();
  }

  async refresh() {
    const turn = ++this.turn; // of two answers the one to the later question counts
    try {
      const { elapsed_s: elapsed, ...found } = await this.ask('GET', 'mock', {});
      if (turn !== this.turn) {
        return;
      }
      this.mock = found.minutes ? { ...found, begun: Date.now() - elapsed * 1000 } : null;
    } catch {
      return; // it goes on with what it knows
    }
    clearInterval(this.timer);
    if (this.mock) {
      this.timer = setInterval(() => this.draw(), 500);
    }
    this.draw();
  }

  /** Put the time into each notebook's toolbar, or take the clocks away. */
  draw() {
    this.tracker.forEach(panel => {
      let widget = this.widgets.get(panel);
      if (!this.mock) {
        widget?.dispose();
        this.widgets.delete(panel);
        return;
      }
      if (!widget) {
        widget = new this.libraries.widgets.Widget({ node: face() });
        widget.addClass(NAME);
        panel.toolbar.insertItem(0, NAME, widget); // the first one is never folded away
        this.widgets.set(panel, widget);
      }
      this.tell(widget.node);
    });
  }

  tell(node) {
    const { title, step, minutes: all, begun } = this.mock;
    const passed = (Date.now() - begun) / 1000;
    const isOver = passed >= all * 60;
    const text = `${minutes(passed)} of ${minutes(all * 60)}`;
    node.querySelector('[role=timer]').textContent = text;
    node.querySelector('.mlprep-mock-step').textContent = isOver ? 'Time is up' : step;
    node.classList.toggle('mlprep-mock-over', isOver);
    node.title = `Mock interview, ${title}: ${step}`;
  }
}

function face() {
  return h(
    'div',
    { role: 'group', 'aria-label': 'Mock interview' },
    h('span', { role: 'timer', 'aria-label': 'Time' }),
    h('span', { class: 'mlprep-mock-step' })
  );
}
