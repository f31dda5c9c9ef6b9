/* The replay: two agents in one episode, on one clock. */
{
  const data = navbench.data, section = document.getElementById("replay");
  const choose = Object.fromEntries(["board", "task", "scene", "episode"].map((name) => [name, document.getElementById(`choose-${name}`)]));
  const agents = [...section.querySelectorAll(".choose-agent")];
  const views = [...section.querySelectorAll(".view")];
  const slider = document.getElementById("time"), clock = document.getElementById("clock"), play = document.getElementById("play");
  const speed = document.getElementById("speed"), stage = section.querySelector(".stage");
  const state = { time: 0, longest: 60, playing: false, stamp: 0, shown: [], scene: null };

  const fill = (select, options, keep) => {
    const before = keep ?? select.value;
    select.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
    if (options.some(([value]) => value === before)) select.value = before;
  };
  const unique = (values) => [...new Set(values)];
  const board = () => data.boards[Number(choose.board.value)];
  const episodes = () => board().episodes.map((key) => key.split("/"));

  const fillChoices = () => {
    fill(choose.task, unique(episodes().map(([, task]) => task)).map((task) => [task, task]));
    const ofTask = episodes().filter(([, task]) => task === choose.task.value);
    fill(choose.scene, unique(ofTask.map(([scene]) => scene)).map((scene) => [scene, scene]));
    fill(choose.episode, ofTask.filter(([scene]) => scene === choose.scene.value).map(([, , index]) => [index, index]));
    const drivers = board().entries.flatMap((one) => one.seeds.map((seed) => [`${one.slug}/${seed}`, one.seeds.length > 1 ? `${one.name}, seed ${seed}` : one.name]));
    fill(agents[0], drivers);
    fill(agents[1], [["", "nobody"], ...drivers]);
  };

  /* What the row of a drive says: [outcome, route %, collisions]; null without a row. */
  const rowOf = (slug, seed, key) => {
    const entry = board().entries.find((one) => one.slug === slug);
    return entry ? entry.drives[seed]?.[board().episodes.indexOf(key)] ?? null : null;
  };

  const outcomeText = (row, drive) => {
    if (!row) return "no row of this drive";
    const [kind, route, collisions] = row;
    const text = `${data.outcomes[kind]} · route ${route} % · ${collisions} ${collisions === 1 ? "collision" : "collisions"}`;
    return drive ? text : `${text} · no recording here`;
  };

  const render = () => {
    slider.value = String(state.time);
    clock.textContent = `${state.time.toFixed(1)} s`;
    slider.setAttribute("aria-valuetext", clock.textContent);
    for (const { view, drive } of state.shown) {
      navbench.draw(view.querySelector("canvas"), state.scene, drive, state.time);
      view.querySelector(".now").textContent = drive ? nowText(drive) : "";
    }
  };

  const nowText = (drive) => {
    const now = Math.min(state.time, drive.seconds), tick = Math.round(now / drive.tick_s);
    const left = drive.remaining[Math.min(Math.floor(tick / drive.stride), drive.remaining.length - 1)];
    const touched = drive.contacts.filter(([onset]) => onset <= tick);
    const last = touched.length ? `, last touched: ${drive.kinds[touched[touched.length - 1][1]]}` : "";
    const end = now >= drive.seconds ? `, ended: ${drive.ended}` : "";
    return `${now.toFixed(1)} s, ${left.toFixed(1)} m to go${last}${end}`;
  };

  let latest = 0;
  const show = async () => {
    const request = latest += 1;
    stop();
    const key = [choose.scene.value, choose.task.value, choose.episode.value];
    const chosen = agents.map((select) => select.value.split("/"));
    const [place, ...drives] = await Promise.all([
      navbench.loadPlace(key[0]),
      ...chosen.map(([slug, seed]) => (rowOf(slug, seed, key.join("/"))?.[3] ? navbench.loadDrive(slug, seed, key.join("-")) : null)),
    ]);
    const colours = navbench.colours(), map = place && await navbench.paintMap(place, colours);
    if (request !== latest) return;
    const episode = place ? place.episodes[`${key[1]}-${key[2]}`] : null, driven = drives.filter(Boolean);
    stage.classList.toggle("single", !chosen[1][0]);
    views[1].hidden = !chosen[1][0];
    state.scene = { place, map, episode, colours, extent: driven.length || episode ? navbench.extent(episode, driven) : [-10, -10, 10, 10] };
    state.longest = Math.max(1, ...driven.map((drive) => drive.seconds));
    state.time = 0;
    slider.max = String(state.longest);
    state.shown = views.map((view, side) => ({ view, drive: drives[side] })).filter(({ view }) => !view.hidden);
    views.forEach((view, side) => {
      const [slug, seed] = chosen[side];
      view.querySelector(".who").textContent = slug ? agents[side].selectedOptions[0].textContent : "";
      view.querySelector(".outcome").textContent = slug ? outcomeText(rowOf(slug, seed, key.join("/")), drives[side]) : "";
    });
    section.dataset.ready = `${chosen[0][0]}/${key.join("-")}`;
    remember();
    render();
  };

  const stop = () => { state.playing = false; play.textContent = "Play"; };
  const step = (stamp) => {
    if (!state.playing) return;
    state.time = Math.min(state.longest, state.time + Number(speed.value) * Math.min(0.1, Math.max(0, stamp - state.stamp) / 1000));
    state.stamp = stamp;
    render();
    if (state.time >= state.longest) stop(); else requestAnimationFrame(step);
  };
  play.addEventListener("click", () => {
    if (state.playing) { stop(); return; }
    if (state.time >= state.longest) state.time = 0;
    state.playing = true; state.stamp = performance.now(); play.textContent = "Pause";
    requestAnimationFrame(step);
  });
  slider.addEventListener("input", () => { stop(); state.time = Number(slider.value); render(); });

  /* The address names what is shown, so that a link leads to the same drive. */
  const remember = () => {
    const parts = [choose.board.value, choose.scene.value, choose.task.value, choose.episode.value, ...agents.map((select) => select.value)];
    history.replaceState(null, "", `#replay=${parts.map(encodeURIComponent).join(",")}`);
  };
  const recall = () => {
    const found = location.hash.match(/^#replay=(.*)$/);
    if (!found) return false;
    const parts = found[1].split(",").map(decodeURIComponent);
    open(...parts);
    return true;
  };
  const open = (number, scene, task, index, left, right) => {
    choose.board.value = number;
    fillChoices();
    choose.task.value = task; fillChoices();
    choose.scene.value = scene; fillChoices();
    if (index !== undefined) choose.episode.value = index;
    agents[0].value = left;
    if (right !== undefined) agents[1].value = right;
    return show();
  };

  for (const cell of document.querySelectorAll(".heat td:not(.self)")) {
    cell.addEventListener("click", async () => {
      const table = cell.closest("table"), scene = table.tHead.rows[0].cells[cell.cellIndex].textContent.trim();
      const entry = data.boards[Number(table.dataset.board)].entries.find((one) => one.slug === cell.parentElement.dataset.entry);
      const task = table.dataset.task === "overall" ? "obstacle_ped" : table.dataset.task;
      await open(table.dataset.board, scene, task, undefined, `${entry.slug}/${entry.seeds[0]}`);
      section.scrollIntoView();
      play.focus({ preventScroll: true });
    });
  }
  fill(choose.board, data.boards.map((one, number) => [String(number), one.title]));
  choose.board.parentElement.hidden = data.boards.length < 2;
  fillChoices();
  for (const select of [...Object.values(choose), ...agents]) select.addEventListener("change", () => { fillChoices(); show(); });
  document.getElementById("choices").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("recolour", () => { if (state.scene) show(); });
  addEventListener("resize", () => { if (state.scene) render(); });
  addEventListener("hashchange", recall);
  const first = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting)) { first.disconnect(); if (!state.scene) show(); }
  });
  if (!recall()) first.observe(section);
}
