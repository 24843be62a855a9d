// How good a new password is, in a few bars and one sentence.

type PasswordCheckProps = {
  id: string;
  /** 0 to 4, as zxcvbn scores. */
  score: 0 | 1 | 2 | 3 | 4;
  text: string;
};

/** Tie it to its input by `aria-describedby` and swap it as the person types. */
export function PasswordCheck({ id, score, text }: PasswordCheckProps) {
  return (
    <div class="stack stack--2" id={id} role="status">
      <div class="meter" aria-hidden="true">
        {[1, 2, 3, 4].map((bar) => (
          <i class={bar <= score ? "on" : undefined} />
        ))}
      </div>
      <p class="hint">{text}</p>
    </div>
  );
}
