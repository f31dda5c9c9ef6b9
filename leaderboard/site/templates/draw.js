/* One drive from above on a canvas: map, route, obstacles, pedestrians, robot, contacts. World metres, north up. */
const ROBOT_LENGTH = 0.6, ROBOT_WIDTH = 0.5, GOAL_RADIUS = 1.0, MARGIN = 2.0;
const NAMES = ["wall", "off", "ground", "person", "thing", "robot", "way", "ink", "bad", "paper"];

/* The page's colours as the browser resolves them now. */
navbench.colours = () => {
  const probe = document.createElement("i"), found = {};
  document.body.append(probe);
  for (const name of NAMES) {
    probe.style.color = `var(--${name})`;
    found[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return found;
};

/* The grey map picture in the page's colours, as a canvas. */
navbench.paintMap = async (place, colours) => {
  const image = new Image();
  image.src = place.map.image;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const pixels = pen.getImageData(0, 0, image.width, image.height);
  const rgb = [colours.wall, colours.off, colours.ground].map((text) => text.match(/[\d.]+/g).map(Number));
  for (let at = 0; at < pixels.data.length; at += 4) {
    const grey = pixels.data[at], colour = rgb[grey < 64 ? 0 : grey < 192 ? 1 : 2];
    for (let k = 0; k < 3; k += 1) pixels.data[at + k] = colour[k];
  }
  pen.putImageData(pixels, 0, 0);
  return canvas;
};

/* What must be seen: low and high corner of all ways. */
navbench.extent = (episode, drives) => {
  const xs = [], ys = [];
  for (const drive of drives) for (const [x, y] of drive.track) { xs.push(x); ys.push(y); }
  if (episode) {
    for (let at = 0; at < episode.route.length; at += 2) { xs.push(episode.route[at] / 100); ys.push(episode.route[at + 1] / 100); }
    xs.push(episode.goal[0] / 100); ys.push(episode.goal[1] / 100);
  }
  return [Math.min(...xs) - MARGIN, Math.min(...ys) - MARGIN, Math.max(...xs) + MARGIN, Math.max(...ys) + MARGIN];
};

navbench.draw = (canvas, view, drive, time) => {
  const ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
  if (canvas.width !== Math.round(width * ratio)) { canvas.width = Math.round(width * ratio); canvas.height = Math.round(height * ratio); }
  const pen = canvas.getContext("2d"), { colours, extent, place, episode, map } = view;
  const scale = Math.min(width / (extent[2] - extent[0]), height / (extent[3] - extent[1]));
  const middle = [(extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2];
  const at = (x, y) => [width / 2 + scale * (x - middle[0]), height / 2 - scale * (y - middle[1])];
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.fillStyle = place ? colours.off : colours.ground;
  pen.fillRect(0, 0, width, height);
  if (map) {
    const [left, top] = at(place.map.x / 100, (place.map.y + place.map.height) / 100);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(map, left, top, scale * place.map.width / 100, scale * place.map.height / 100);
  }
  const line = (points, colour, thick, dash = []) => {
    pen.beginPath();
    points.forEach(([x, y], number) => { const [px, py] = at(x, y); if (number) pen.lineTo(px, py); else pen.moveTo(px, py); });
    pen.strokeStyle = colour; pen.lineWidth = thick; pen.setLineDash(dash); pen.stroke(); pen.setLineDash([]);
  };
  const disc = (x, y, radius, colour, filled = true) => {
    const [px, py] = at(x, y);
    pen.beginPath(); pen.arc(px, py, Math.max(2, scale * radius), 0, 2 * Math.PI);
    if (filled) { pen.fillStyle = colour; pen.fill(); } else { pen.strokeStyle = colour; pen.lineWidth = 2; pen.stroke(); }
  };
  const polygon = (corners, colour) => {
    pen.beginPath();
    corners.forEach(([x, y], number) => { const [px, py] = at(x, y); if (number) pen.lineTo(px, py); else pen.moveTo(px, py); });
    pen.closePath(); pen.fillStyle = colour; pen.fill();
  };
  if (episode) navbench.drawEpisode(episode, colours, { line, disc, polygon });
  if (drive) navbench.drawDrive(drive, episode, time, colours, { line, disc, polygon, pen, at, scale });
};

navbench.drawEpisode = (episode, colours, { line, disc, polygon }) => {
  const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, k) => [flat[2 * k] / 100, flat[2 * k + 1] / 100]);
  line(pairs(episode.route), colours.way, 1.5, [5, 4]);
  for (const shape of episode.obstacles) {
    if (shape.length === 3) disc(shape[0] / 100, shape[1] / 100, shape[2] / 100, colours.thing);
    else polygon(pairs(shape), colours.thing);
  }
  disc(episode.goal[0] / 100, episode.goal[1] / 100, GOAL_RADIUS, colours.ink, false);
  disc(episode.goal[0] / 100, episode.goal[1] / 100, 0.1, colours.ink);
  disc(episode.start[0] / 100, episode.start[1] / 100, 0.12, colours.way);
};

navbench.drawDrive = (drive, episode, time, colours, { line, disc, polygon, pen, at, scale }) => {
  const now = Math.min(time, drive.seconds), tick = now / drive.tick_s;
  const [x, y, yaw] = navbench.at(drive, drive.track, now);
  const past = drive.track.slice(0, Math.floor(tick / drive.stride) + 1);
  line(drive.track, colours.way, 1);
  line([...past, [x, y]], colours.robot, 2.5);
  drive.people.forEach((way, number) => {
    const [px, py] = navbench.at(drive, way, now);
    disc(px, py, episode && episode.radii[number] ? episode.radii[number] / 100 : 0.28, colours.person);
  });
  const corner = (ahead, left) => [x + ahead * Math.cos(yaw) - left * Math.sin(yaw), y + ahead * Math.sin(yaw) + left * Math.cos(yaw)];
  const half = [ROBOT_LENGTH / 2, ROBOT_WIDTH / 2];
  polygon([corner(half[0], half[1]), corner(-half[0], half[1]), corner(-half[0], -half[1]), corner(half[0], -half[1])], colours.robot);
  line([corner(0, 0), corner(half[0] + 0.35, 0)], colours.robot, 2.5);
  pen.font = `bold ${Math.max(12, 0.55 * scale)}px sans-serif`;
  pen.textAlign = "center"; pen.textBaseline = "middle";
  for (const [onset] of drive.contacts) {
    if (onset > tick) continue;
    const [cx, cy] = at(...navbench.at(drive, drive.track, onset * drive.tick_s));
    pen.lineWidth = 3; pen.strokeStyle = colours.paper; pen.strokeText("✕", cx, cy);
    pen.fillStyle = colours.bad; pen.fillText("✕", cx, cy);
  }
};
