/* Drives on demand: a replay or a place is a script in a file beside the page that calls navbench.take. */
navbench.taken = new Map();
navbench.waiting = new Map();

navbench.take = (name, content) => { navbench.taken.set(name, content); };

/* Promise of what the file registers; null if there is no such file. */
navbench.load = (file, name) => {
  if (!navbench.waiting.has(file)) {
    navbench.waiting.set(file, new Promise((resolve) => {
      const script = document.createElement("script");
      script.onload = () => resolve(navbench.taken.get(name) ?? null);
      script.onerror = () => resolve(null);
      script.src = file;
      document.head.append(script);
    }));
  }
  return navbench.waiting.get(file);
};

navbench.loadPlace = (scene) => (navbench.data.places.includes(scene) ? navbench.load(`replays/places/${scene}.js`, scene) : null);

navbench.loadDrive = async (slug, seed, episode) => {
  const file = `replays/${slug}/${seed}/${episode}.js`;
  const raw = await navbench.load(file, file);
  return raw && (raw.track ? raw : navbench.unpack(raw));
};

/* Running sums of rows of `width` changes in hundredths: [[x, y, ...], ...] in metres and radians. */
navbench.summed = (changes, width) => {
  const rows = [];
  for (let at = 0; at < changes.length; at += width) {
    const row = new Array(width);
    for (let k = 0; k < width; k += 1) row[k] = changes[at + k] + (at ? rows[rows.length - 1][k] : 0);
    rows.push(row);
  }
  return rows.map((row) => row.map((value) => value / 100));
};

navbench.unpack = (raw) => {
  raw.track = navbench.summed(raw.robot, 3);
  raw.people = raw.pedestrians.map((changes) => navbench.summed(changes, 2));
  raw.seconds = raw.last * raw.tick_s;
  return raw;
};

/* A row of a track at a time, between the two recorded ones. */
navbench.at = (drive, rows, time) => {
  const step = drive.stride * drive.tick_s, last = rows.length - 1;
  const low = Math.min(Math.floor(time / step), last), high = Math.min(low + 1, last);
  const from = low * step, to = high === last ? drive.seconds : high * step;
  const share = high === low || to <= from ? 0 : Math.min(1, Math.max(0, (time - from) / (to - from)));
  return rows[low].map((value, k) => value + share * (rows[high][k] - value));
};
