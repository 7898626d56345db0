// Owns a row of bars as small as a word. It says nothing by itself: the number stands beside it.

const HEIGHT = 14;
const STEP = 4;

/** Bars at most; the newest are shown. */
const MOST = 24;

export function Spark({ values: all }: { values: readonly number[] }) {
  const values = all.slice(Math.max(all.findIndex((value) => value > 0), all.length - MOST));
  const most = Math.max(...values, Number.MIN_VALUE);
  const bars = values.map((value, i) => {
    const tall = value > 0 ? Math.max((value / most) * HEIGHT, 1.5) : 0;
    return `M${i * STEP} ${HEIGHT}v${-tall}h${STEP - 1}v${tall}z`;
  });
  return (
    <svg class="spark" viewBox={`0 0 ${values.length * STEP} ${HEIGHT}`} width={values.length * STEP} height={HEIGHT} aria-hidden="true">
      <path d={bars.join("")} />
    </svg>
  );
}
