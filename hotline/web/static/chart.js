/* The classes of each row as stacked bars; what they say stands in the table below as well. */
"use strict";

(function () {
  const style = getComputedStyle(document.documentElement);

  function colour(name) {
    return style.getPropertyValue(name).trim();
  }

  function option(data, width) {
    const text = { color: colour("--ink"), fontFamily: getComputedStyle(document.body).fontFamily };
    return {
      animation: false,
      textStyle: text,
      aria: { enabled: true, decal: { show: true } },
      grid: { left: 8, right: 24, top: width < 560 ? 64 : 36, bottom: 8, containLabel: true },
      legend: { top: 0, left: 0, textStyle: text, itemWidth: 14, itemHeight: 14 },
      xAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: colour("--rule") } } },
      yAxis: { type: "category", inverse: true, data: data.rows, axisTick: { show: false } },
      series: data.classes.map(function (one) {
        return {
          name: one.name,
          type: "bar",
          stack: "lines",
          barMaxWidth: 18,
          data: one.counts,
          itemStyle: { color: colour("--" + one.key) },
        };
      }),
    };
  }

  document.addEventListener("DOMContentLoaded", function () {
    document.querySelectorAll("[data-chart]").forEach(function (place) {
      const data = JSON.parse(place.dataset.chart);
      place.style.height = Math.max(180, 90 + 26 * data.rows.length) + "px";
      const chart = window.echarts.init(place, null, { renderer: "canvas" });
      chart.setOption(option(data, place.clientWidth));
      window.addEventListener("resize", function () { chart.resize(); });
    });
  });
})();
