<?php
/**
 * Why a call of the guide could not be served.
 *
 * @package Hospital\Appointments_Redis
 */

declare(strict_types=1);

namespace Hospital\Appointments_Redis\Guide;

defined( 'ABSPATH' ) || exit;

/**
 * Its message names no value and no slug, so that it may be logged.
 */
final class Failure extends \RuntimeException {
}
