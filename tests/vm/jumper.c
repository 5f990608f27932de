// SPDX-License-Identifier: MIT OR GPL-2.0
/*
 * A GPIO chip without hardware: 28 lines with pulls, and a jumper between two of them.
 *
 * A line that is an output drives its own level and, through the jumper, that of the other. A
 * line that nothing drives has the level of its own pull, or of the other's. Everything above
 * the chip (pins, edges, their times, who holds a line) is the kernel's own.
 */

#include <linux/gpio/driver.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/pinctrl/pinconf-generic.h>
#include <linux/platform_device.h>
#include <linux/spinlock.h>

#define LINES 28
#define NONE (-1)

static unsigned int ends[2] = { 20, 21 };
module_param_array(ends, uint, NULL, 0444);
MODULE_PARM_DESC(ends, "the two lines that the jumper joins");

struct line {
	bool is_output;
	bool driven;	/* the level that it has as an output */
	int pull;	/* 0, 1, or NONE */
	int level;	/* as it was seen last */
	bool listens;	/* its interrupt is not masked */
	unsigned int edges;	/* IRQ_TYPE_EDGE_RISING, IRQ_TYPE_EDGE_FALLING */
};

static struct line lines[LINES];
static DEFINE_RAW_SPINLOCK(lock);
static struct gpio_chip chip;
static struct platform_device *device;

static struct line *other_end(unsigned int number)
{
	if (number == ends[0])
		return &lines[ends[1]];
	return number == ends[1] ? &lines[ends[0]] : NULL;
}

static int level_of(unsigned int number)
{
	struct line *line = &lines[number], *other = other_end(number);

	if (line->is_output)
		return line->driven;
	if (other && other->is_output)
		return other->driven;
	if (line->pull != NONE)
		return line->pull;
	return other && other->pull != NONE ? other->pull : 0;
}

/* Looks at all levels anew, and interrupts where one has changed. */
static void look(void)
{
	unsigned long flags, changed[BITS_TO_LONGS(LINES)] = { 0 };
	unsigned int number;

	raw_spin_lock_irqsave(&lock, flags);
	for (number = 0; number < LINES; number++) {
		struct line *line = &lines[number];
		int level = level_of(number);
		unsigned int edge = level ? IRQ_TYPE_EDGE_RISING : IRQ_TYPE_EDGE_FALLING;

		if (level != line->level && line->listens && (line->edges & edge))
			__set_bit(number, changed);
		line->level = level;
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	for_each_set_bit(number, changed, LINES)
		generic_handle_irq_safe(irq_find_mapping(chip.irq.domain, number));
}

static int get_direction(struct gpio_chip *gc, unsigned int number)
{
	return lines[number].is_output ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static int direction_input(struct gpio_chip *gc, unsigned int number)
{
	lines[number].is_output = false;
	look();
	return 0;
}

static int direction_output(struct gpio_chip *gc, unsigned int number, int value)
{
	lines[number].driven = value;
	lines[number].is_output = true;
	look();
	return 0;
}

static int get(struct gpio_chip *gc, unsigned int number)
{
	return level_of(number);
}

static void set(struct gpio_chip *gc, unsigned int number, int value)
{
	lines[number].driven = value;
	look();
}

static int set_config(struct gpio_chip *gc, unsigned int number, unsigned long config)
{
	switch (pinconf_to_config_param(config)) {
	case PIN_CONFIG_BIAS_PULL_UP:
		lines[number].pull = 1;
		break;
	case PIN_CONFIG_BIAS_PULL_DOWN:
		lines[number].pull = 0;
		break;
	case PIN_CONFIG_BIAS_DISABLE:
		lines[number].pull = NONE;
		break;
	default:
		return -ENOTSUPP;
	}
	look();
	return 0;
}

/* As the chip of a Raspberry Pi: a line that nobody holds is an input. */
static void let_go(struct gpio_chip *gc, unsigned int number)
{
	direction_input(gc, number);
}

static void mask(struct irq_data *data)
{
	lines[irqd_to_hwirq(data)].listens = false;
	gpiochip_disable_irq(&chip, irqd_to_hwirq(data));
}

static void unmask(struct irq_data *data)
{
	gpiochip_enable_irq(&chip, irqd_to_hwirq(data));
	lines[irqd_to_hwirq(data)].listens = true;
}

static int set_type(struct irq_data *data, unsigned int type)
{
	if (type & ~IRQ_TYPE_EDGE_BOTH)
		return -EINVAL;
	lines[irqd_to_hwirq(data)].edges = type;
	return 0;
}

static const struct irq_chip interrupts = {
	.name = "jumper",
	.irq_mask = mask,
	.irq_unmask = unmask,
	.irq_set_type = set_type,
	.flags = IRQCHIP_IMMUTABLE,
	GPIOCHIP_IRQ_RESOURCE_HELPERS,
};

static struct gpio_chip chip = {
	.label = "jumper",
	.owner = THIS_MODULE,
	.base = -1,
	.ngpio = LINES,
	.get_direction = get_direction,
	.direction_input = direction_input,
	.direction_output = direction_output,
	.get = get,
	.set = set,
	.set_config = set_config,
	.free = let_go,
};

static int __init begin(void)
{
	unsigned int number;
	int error;

	if (ends[0] >= LINES || ends[1] >= LINES || ends[0] == ends[1])
		return -EINVAL;
	for (number = 0; number < LINES; number++)
		lines[number].pull = NONE;
	device = platform_device_register_simple("jumper", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(device))
		return PTR_ERR(device);
	chip.parent = &device->dev;
	gpio_irq_chip_set_chip(&chip.irq, &interrupts);
	chip.irq.handler = handle_simple_irq;
	chip.irq.default_type = IRQ_TYPE_NONE;
	error = gpiochip_add_data(&chip, NULL);
	if (error)
		platform_device_unregister(device);
	return error;
}

static void __exit end(void)
{
	gpiochip_remove(&chip);
	platform_device_unregister(device);
}

module_init(begin);
module_exit(end);
MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("A GPIO chip without hardware, with a jumper");
