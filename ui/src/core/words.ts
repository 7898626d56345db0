// Owns the words that come in many events, each kept once and known by a small number. A word that no row uses any more
// is let go, so that a producer that never repeats itself fills nothing.

/** Words by number; number 0 is the empty word. */
export class Words {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [""];
  private readonly uses: number[] = [0];
  private readonly free: number[] = [];

  /** How many words are kept. */
  get size(): number {
    return this.numbers.size;
  }

  /** The number of a word, which is kept until it was let go as often. */
  hold(text: string): number {
    if (text === "") return 0;
    const known = this.numbers.get(text);
    if (known !== undefined) {
      this.uses[known] = (this.uses[known] ?? 0) + 1;
      return known;
    }
    const number = this.free.pop() ?? this.texts.length;
    this.numbers.set(text, number);
    this.texts[number] = text;
    this.uses[number] = 1;
    return number;
  }

  letGo(number: number): void {
    if (number === 0) return;
    const left = (this.uses[number] ?? 0) - 1;
    this.uses[number] = left;
    if (left > 0) return;
    this.numbers.delete(this.text(number));
    this.texts[number] = "";
    this.free.push(number);
  }

  text(number: number): string {
    return this.texts[number] ?? "";
  }

  /** The number of a word that is kept, or -1. */
  find(text: string): number {
    return text === "" ? 0 : (this.numbers.get(text) ?? -1);
  }
}
