// Owns the pictures that are made only while somebody looks at them, and how often: a picture that takes long to make is
// made less often, so that it never holds up the intake.
import { graphOf, type Dimming } from "./graph";
import type { Lens } from "./lens";
import type { Picture, Snapshot, TimelineWindow } from "./messages";
import type { Run } from "./runs";
import { statisticsOf } from "./statistics";
import { NO_WINDOW, timelineOf } from "./timeline";
import type { TreeNode, TreeView } from "./tree";

/** What pictures are made of. `choices` stands for all that a viewer chose beside the window. */
export interface Scene {
  readonly lens: Lens;
  readonly run: Run | undefined;
  readonly runs: readonly Run[];
  readonly lines: readonly TreeNode[];
  readonly tree: TreeView;
  readonly dimming: Dimming;
  readonly now: number;
  readonly choices: string;
}

/** Making pictures takes at most a fifth of the time. */
const REST = 4;

/** Numbers that are read, not watched. */
const STATISTICS_EVERY_MS = 500;

interface Made {
  of: string;
  restsUntil: number;
}

export class Gallery {
  window: TimelineWindow = NO_WINDOW;
  private shown: ReadonlySet<Picture> = new Set();
  private readonly made = new Map<Picture, Made>();

  /** `clock` tells how long making took. */
  constructor(private readonly clock: () => number) {}

  show(pictures: readonly Picture[]): void {
    this.shown = new Set(pictures);
    // Who looks again gets a picture at once.
    this.made.clear();
  }

  /** The pictures that are looked at and have changed. */
  make(scene: Scene): Pick<Snapshot, "graph" | "timeline" | "statistics"> {
    const { lens, run, lines } = scene;
    const state = `${scene.choices} ${run?.id ?? ""} ${lens.limit} ${lens.isPast ? "" : lens.store.version}`;
    // What is open grows, and silence makes it lost, without an event.
    const second = lens.isPast ? "" : Math.floor(lens.now() / 1000);
    return {
      ...this.one("graph", `${state} ${second}`, scene, () => ({ graph: graphOf(lens, run, scene.dimming) })),
      ...this.one("timeline", `${state} ${second} ${JSON.stringify(this.window)} ${lines.length}`, scene, () => ({
        timeline: timelineOf(lens, scene.runs, lines, scene.tree, this.window, scene.dimming),
      })),
      ...this.one("statistics", state, scene, () => ({ statistics: run && run.firstSeq <= lens.limit ? statisticsOf(lens.store, run, lens.limit) : [] }), STATISTICS_EVERY_MS),
    };
  }

  private one<View>(picture: Picture, of: string, { now }: Scene, make: () => View, least = 0): View | Record<string, never> {
    const last = this.made.get(picture);
    if (!this.shown.has(picture) || last?.of === of || (last && now < last.restsUntil)) return {};
    const began = this.clock();
    const view = make();
    this.made.set(picture, { of, restsUntil: now + Math.max((this.clock() - began) * REST, least) });
    return view;
  }
}
