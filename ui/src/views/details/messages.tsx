// Owns showing what was said to a model or tool and what came back, for reading.
import { CopyButton } from "../../components/copy-button";
import { JsonView } from "../../components/json-view";
import { Markdown } from "../../components/markdown";
import type { DetailsView, MessageView } from "../../core/messages";
import { fetchJson } from "../link";

const NAMES: Record<MessageView["role"], string> = {
  system: "System", prompt: "Prompt", thoughts: "Thoughts", answer: "Answer", arguments: "Arguments", result: "Result", question: "Question", plan: "Plan", error: "Error",
};

export function Messages({ shown }: { shown: DetailsView }) {
  return (
    <>
      {shown.messages.map((message, i) => (
        <article key={i} class={`message role-${message.role}`}>
          <header>
            <h3>{NAMES[message.role]}</h3>
            <CopyButton label="Copy" text={() => message.text} />
          </header>
          {isJson(message) ? <JsonView text={pretty(message.text)} /> : <Markdown text={message.text} />}
          {message.truncated && (
            <p class="muted cut">Cut here: the event holds no more, or the page shows no more. <CopyButton label="Copy the event" text={() => fetchJson(message.seq)} /></p>
          )}
        </article>
      ))}
    </>
  );
}

function isJson({ text }: MessageView): boolean {
  return /^\s*[[{]/.test(text) && pretty(text) !== text;
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
