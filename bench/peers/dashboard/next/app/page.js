// Answers whoever asks whether the server is up.
export default function Page() {
  return <p>ok</p>;
}
