import type { ComponentChildren, JSX } from "preact";
import { Icon } from "./icons";
import { t } from "./i18n";

type Click = () => void;

export function Button({ icon, children, onClick, kind = "plain", disabled = false, type = "button", id }: {
  icon?: string; children: ComponentChildren; onClick?: Click; kind?: "main" | "plain" | "quiet" | "danger"; disabled?: boolean;
  type?: "button" | "submit"; id?: string;
}): JSX.Element {
  return (
    <button id={id} type={type} class={`button ${kind}`} disabled={disabled} onClick={onClick && (() => onClick())}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </button>
  );
}

/** A big choice: picture and word; what is chosen has a tick and a thick edge, not only another colour. */
export function Choice({ icon, word, hint, chosen, onClick, wide = false, children, testId }: {
  icon?: string; word: string; hint?: string; chosen: boolean; onClick: Click; wide?: boolean; children?: ComponentChildren; testId?: string;
}): JSX.Element {
  return (
    <button type="button" class={`choice${wide ? " wide" : ""}${chosen ? " chosen" : ""}`} aria-pressed={chosen} onClick={() => onClick()} data-testid={testId}>
      {icon && <Icon name={icon} size={wide ? 28 : 34} />}
      {children}
      <span class="word">{word}{hint && <small>{hint}</small>}</span>
      {chosen && <span class="tick"><Icon name="check" size={16} /></span>}
    </button>
  );
}

export function Field({ label, hint, children }: { label: string; hint?: string; children: ComponentChildren }): JSX.Element {
  return (
    <label class="field">
      <span class="label">{label}</span>
      {children}
      {hint && <small class="hint">{hint}</small>}
    </label>
  );
}

/** A question with a few answers, none chosen beforehand. */
export function Question<T extends string | number | boolean>({ label, icon, value, answers, onChange, testId }: {
  label: string; icon?: string; value: T | null; answers: [T, string][]; onChange: (value: T | null) => void; testId?: string;
}): JSX.Element {
  return (
    <fieldset class="question" data-testid={testId}>
      <legend>{icon && <Icon name={icon} size={22} />} {label}</legend>
      <div class="answers">
        {answers.map(([answer, word]) => (
          <button type="button" key={String(answer)} class={`answer${value === answer ? " chosen" : ""}`} aria-pressed={value === answer}
            onClick={() => onChange(value === answer ? null : answer)}>
            {value === answer && <Icon name="check" size={18} />}
            <span>{word}</span>
          </button>
        ))}
      </div>
    </fieldset>
  );
}

export function Note({ tone, icon, children, action }: {
  tone: "good" | "waiting" | "attention" | "bad"; icon?: string; children: ComponentChildren; action?: ComponentChildren;
}): JSX.Element {
  return (
    <div class={`note ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      <Icon name={icon ?? TONE_ICONS[tone]} />
      <div class="text">{children}</div>
      {action}
    </div>
  );
}

export const TONE_ICONS = { good: "sent", waiting: "waiting", attention: "attention", bad: "bad" } as const;

export function Empty({ icon, children }: { icon: string; children: ComponentChildren }): JSX.Element {
  return <div class="empty"><Icon name={icon} size={44} /><p>{children}</p></div>;
}

export function PendingMark({ pending }: { pending: "waiting" | "accepted" | null }): JSX.Element | null {
  if (!pending) return null;
  return (
    <span class={`mark ${pending}`}>
      <Icon name={pending === "waiting" ? "waiting" : "sent"} size={15} />
      {t(pending === "waiting" ? "mark.waiting" : "mark.accepted")}
    </span>
  );
}
